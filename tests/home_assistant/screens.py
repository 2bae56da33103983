"""Pictures of Home Assistant's pages, by a headless Chromium that is driven over its debugging protocol."""

import asyncio
import base64
import contextlib
import json
import time

import aiohttp

from broker import free_port
from wait import until

SIZE = (1280, 960)
# A page draws for some seconds after it was loaded, and nothing marks the end.
DRAWN_AFTER = 15
IS_LOADED = "!!document.querySelector('home-assistant')?.shadowRoot?.querySelector('home-assistant-main')"

# The energy dashboard opens at the day before: it is whole.
YESTERDAY = """
const stored = Storage.prototype.getItem;
Storage.prototype.getItem = function (key) {
    return key.startsWith("energy-default-period") ? "yesterday" : stored.call(this, key);
};
"""


class Browser:
    def __init__(self, hass, folder):
        self.hass, self.folder = hass, folder
        self.port = free_port()
        self.process = self.session = self.page = None
        self.number = 0

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--lang=fr-FR", "--hide-scrollbars"),
            *(f"--remote-debugging-port={self.port}", f"--user-data-dir={self.folder}"),
            *(f"--window-size={SIZE[0]},{SIZE[1]}", "about:blank"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self.session = aiohttp.ClientSession()
        targets = await until("Chromium answers", self._targets)
        page = next(target for target in targets if target["type"] == "page")
        self.page = await self.session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0)
        await self._ask("Page.enable")
        # As the page itself keeps them after a person has signed in.
        tokens = self.hass.tokens | {
            "hassUrl": self.hass.url,
            "clientId": f"{self.hass.url}/",
            "expires": int(time.time() * 1000) + 1_500_000,
        }
        script = f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(tokens))});"
        script += "localStorage.setItem('selectedLanguage', '\"fr\"');"
        await self._ask("Page.addScriptToEvaluateOnNewDocument", source=script + YESTERDAY)
        return self

    async def __aexit__(self, *_):
        await self.session.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        await self.process.wait()

    async def picture(self, path, file):
        await self._ask("Page.navigate", url=self.hass.url + path)
        await until(f"{path} is loaded", self._is_loaded, 180, every=1)
        await asyncio.sleep(DRAWN_AFTER)
        answer = await self._ask("Page.captureScreenshot", format="png")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(answer["data"]))

    async def _is_loaded(self):
        answer = await self._ask("Runtime.evaluate", expression=IS_LOADED)
        return answer["result"].get("value")

    async def _targets(self):
        with contextlib.suppress(aiohttp.ClientError):
            async with self.session.get(f"http://127.0.0.1:{self.port}/json") as answer:
                return await answer.json()
        return None

    async def _ask(self, method, **parameters):
        self.number += 1
        await self.page.send_json({"id": self.number, "method": method, "params": parameters})
        async for message in self.page:
            answer = json.loads(message.data)
            if answer.get("id") == self.number:
                return answer["result"]
        raise RuntimeError(f"Chromium ended at {method}")
