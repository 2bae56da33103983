//! The port of `doctor`: what it is, why it cannot be read, what to do.

messages! {
    /// A port that nobody uses.
    port_free(adapter: &str) {
        fr: "{adapter}, libre",
        en: "{adapter}, free",
    }
    /// A server that serves a port.
    port_server(address: &str) {
        fr: "{address}, connecté",
        en: "{address}, connected",
    }
    /// A port that the daemon reads.
    port_of_service(device: &str) {
        fr: "{device}, tenu par le service",
        en: "{device}, held by the service",
    }
    /// A port that others read.
    port_held_by(device: &str, holders: &str) {
        fr: "{device}, tenu par {holders}",
        en: "{device}, held by {holders}",
    }
    /// A process: its name and number.
    port_holder(name: &str, process: u32) {
        fr: "{name} (processus {process})",
        en: "{name} (process {process})",
    }
    /// The link of the package is not there.
    port_unrecognised(device: &str) {
        fr: "aucun adaptateur reconnu ({device} n'existe pas)",
        en: "no adapter is recognised ({device} is not there)",
    }
    /// The device is not there.
    port_missing(device: &str) {
        fr: "{device} n'existe pas",
        en: "{device} is not there",
    }
    /// Nothing behind the device.
    port_gone(device: &str) {
        fr: "{device} ne répond pas",
        en: "{device} does not answer",
    }
    /// No serial port.
    port_not_serial(device: &str) {
        fr: "{device} n'est pas un port série",
        en: "{device} is not a serial port",
    }
    /// A terminal of the kernel's own.
    port_virtual_console(device: &str) {
        fr: "{device} est une console virtuelle, l'écran et le clavier de cette machine, et pas un port série",
        en: "{device} is a virtual console, the screen and keyboard of this machine, and not a serial port",
    }
    /// It is no port, and these are there.
    port_elsewhere(what: &str) {
        fr: "{what} ; les ports de cette machine :",
        en: "{what}; the ports of this machine:",
    }
    /// It is no port, and none is there.
    port_nowhere(what: &str) {
        fr: "{what}, et cette machine n'a aucun adaptateur TIC",
        en: "{what}, and this machine has no TIC adapter",
    }
    /// The kernel's console.
    port_console(device: &str) {
        fr: "{device} est la console du noyau",
        en: "{device} is the kernel's console",
    }
    /// A login prompt.
    port_login(device: &str, unit: &str) {
        fr: "{device} sert à une invite de connexion ({unit})",
        en: "{device} is used by a login prompt ({unit})",
    }
    /// Perhaps a login prompt.
    port_login_unknown(device: &str) {
        fr: "{device} : systemd n'a pas répondu s'il sert à une invite de connexion",
        en: "{device}: systemd has not answered whether a login prompt uses it",
    }
    /// Permissions.
    port_permission(device: &str, user: &str, group: &str, mode: &str) {
        fr: "{device} : l'utilisateur {user} n'a pas le droit de l'ouvrir (groupe {group}, mode {mode})",
        en: "{device}: the user {user} may not open it (group {group}, mode {mode})",
    }
    /// The device policy of the unit.
    port_policy(device: &str) {
        fr: "{device} : l'unité n'autorise pas son pilote",
        en: "{device}: the unit does not allow its driver",
    }
    /// Held, by whom is not known.
    port_held(device: &str) {
        fr: "{device} est tenu par un autre programme",
        en: "{device} is held by another program",
    }
    /// Another error.
    port_error(device: &str, cause: &str) {
        fr: "{device} : {cause}",
        en: "{device}: {cause}",
    }
    /// It went away.
    port_hung_up(device: &str) {
        fr: "{device} a disparu pendant la lecture",
        en: "{device} went away while it was read",
    }
    /// A server ended the connection.
    port_closed(address: &str) {
        fr: "{address} a fermé la connexion",
        en: "{address} closed the connection",
    }
    /// Another program changes the settings.
    port_changed(adapter: &str) {
        fr: "{adapter}, mais un autre programme en change les réglages",
        en: "{adapter}, and another program changes its settings",
    }
    /// What the serial port of a Raspberry Pi is called.
    port_of_pi() {
        fr: "port du Raspberry Pi",
        en: "port of the Raspberry Pi",
    }
    /// A serial port of which only the driver is known.
    port_by_driver(driver: &str) {
        fr: "port série (pilote {driver})",
        en: "serial port (driver {driver})",
    }
    /// Listening begins.
    listening_to(device: &str) {
        fr: "J'écoute {device}…",
        en: "Listening to {device}…",
    }
    /// A speed.
    baud(baud: u32) {
        fr: "{baud} bauds",
        en: "{baud} baud",
    }

    /// Plug it in.
    do_plug_in() {
        fr: "Branchez la clé TIC : le service la prendra tout seul, en une seconde.",
        en: "Plug the TIC dongle in: the service takes it by itself, within a second.",
    }
    /// A board on a Raspberry Pi.
    do_free_pi_port() {
        fr: "Une carte posée sur le Raspberry Pi ? Libérez d'abord son port :\nsudo raspi-config › Interface Options › Serial Port : login shell non, hardware oui",
        en: "A board on top of the Raspberry Pi? Free its port first:\nsudo raspi-config › Interface Options › Serial Port: login shell no, hardware yes",
    }
    /// The better port of a Pi 3, 4, Zero W, Zero 2 W.
    do_disable_bluetooth() {
        fr: "Ce modèle donne au connecteur un port réduit : ajoutez dtoverlay=disable-bt à /boot/firmware/config.txt\net redémarrez ; le connecteur a alors ttyAMA0, et Bluetooth est coupé",
        en: "This model gives its header a reduced port: add dtoverlay=disable-bt to /boot/firmware/config.txt\nand restart; the header then has ttyAMA0, and Bluetooth is off",
    }
    /// The port of a Pi 5.
    do_enable_pi5_port() {
        fr: "Sur un Pi 5, ajoutez dtparam=uart0 à /boot/firmware/config.txt et redémarrez : le connecteur est alors ttyAMA0",
        en: "On a Pi 5, add dtparam=uart0 to /boot/firmware/config.txt and restart: the header is then ttyAMA0",
    }
    /// List the ports.
    do_list_ports() {
        fr: "Les ports de cette machine : linky-sensor doctor",
        en: "The ports of this machine: linky-sensor doctor",
    }
    /// Unplug and plug.
    do_replug() {
        fr: "Débranchez l'adaptateur, rebranchez-le, et regardez : dmesg | tail",
        en: "Unplug the adapter, plug it in again, and look: dmesg | tail",
    }
    /// The console.
    do_remove_console(tty: &str) {
        fr: "Enlevez console={tty} (ou console=serial0) de la ligne de commande du noyau, sur un Raspberry Pi\n/boot/firmware/cmdline.txt, et redémarrez",
        en: "Remove console={tty} (or console=serial0) from the kernel's command line, on a Raspberry Pi\n/boot/firmware/cmdline.txt, and restart",
    }
    /// The login prompt.
    do_disable_login(unit: &str) {
        fr: "sudo systemctl disable --now {unit}",
        en: "sudo systemctl disable --now {unit}",
    }
    /// Ask again.
    do_ask_again() {
        fr: "Relancez-moi dans un instant : la machine est occupée",
        en: "Run me again in a moment: the machine is busy",
    }
    /// The group.
    do_join_group(user: &str, group: &str) {
        fr: "sudo adduser {user} {group}, puis ouvrez une nouvelle session",
        en: "sudo adduser {user} {group}, then log in again",
    }
    /// The group is no help.
    do_give_back(device: &str) {
        fr: "Une invite de connexion a pris ce port ; quand il n'y en a plus : sudo udevadm trigger --action=add {device}",
        en: "A login prompt took this port; once there is none: sudo udevadm trigger --action=add {device}",
    }
    /// Root.
    do_as_root(command: &str) {
        fr: "Avec les droits de root : sudo {command}",
        en: "As root: sudo {command}",
    }
    /// A device of the unit.
    do_allow_driver(family: &str) {
        fr: "sudo systemctl edit linky-sensor, et ajoutez les lignes [Service] et DeviceAllow=char-{family} rw",
        en: "sudo systemctl edit linky-sensor, and add the lines [Service] and DeviceAllow=char-{family} rw",
    }
    /// The device of a container.
    do_map_device(device: &str) {
        fr: "Un conteneur ne voit que les ports qu'on lui donne : --device={device} (et le groupe dialout de la machine : --group-add)",
        en: "A container sees only the ports that it is given: --device={device} (and the machine's group dialout: --group-add)",
    }
    /// Stop the other program.
    do_stop_holder(holders: &str) {
        fr: "Arrêtez d'abord {holders} : deux lecteurs n'auraient chacun qu'une partie des octets",
        en: "Stop {holders} first: two readers would each get a part of the bytes",
    }
    /// Who holds it.
    do_name_holder() {
        fr: "Pour savoir qui : sudo linky-sensor doctor",
        en: "To know which: sudo linky-sensor doctor",
    }
    /// The service has it.
    do_ask_service() {
        fr: "Ce qu'il reçoit : linky-sensor status ; ce que j'en pense : linky-sensor doctor",
        en: "What it receives: linky-sensor status; what I think of it: linky-sensor doctor",
    }
    /// Free it of the service.
    do_stop_service() {
        fr: "Pour l'écouter moi-même : sudo systemctl stop linky-sensor, puis relancez-moi",
        en: "To listen to it myself: sudo systemctl stop linky-sensor, then run me again",
    }
    /// The server.
    do_check_server() {
        fr: "Le serveur tourne-t-il, à cette adresse et sur ce port ? Sert-il déjà un autre client ?",
        en: "Does the server run, at this address and on this port? Does it serve another client already?",
    }
    /// The settings.
    do_find_stty() {
        fr: "Cherchez un stty au démarrage, ou un autre lecteur de TIC, et enlevez-le ; le service remet les réglages",
        en: "Look for a stty at boot, or another reader of the TIC, and remove it; the service makes the settings again",
    }
    /// A full file descriptor table and the like.
    do_see_error() {
        fr: "Le noyau en a peut-être écrit plus : dmesg | tail",
        en: "The kernel may have written more: dmesg | tail",
    }
}

messages! {
    /// No port at all.
    port_none() {
        fr: "aucun adaptateur TIC sur cette machine",
        en: "no TIC adapter on this machine",
    }
    /// Ports that nobody named.
    port_unnamed(count: u64) {
        fr: "{count} {}, mais je ne suis pas sûr que ce soit le bon :" (if count == 1 { "port libre" } else { "ports libres" }),
        en: "{count} free {}, but I am not sure that it is the one:" (if count == 1 { "port" } else { "ports" }),
    }
    /// No port is free.
    port_none_free() {
        fr: "aucun port libre :",
        en: "no free port:",
    }
    /// A USB dongle.
    port_dongle(product: &str, maker: &str) {
        fr: "{product} (clé USB{}{maker})" (if maker.is_empty() { "" } else { ", " }),
        en: "{product} (USB dongle{}{maker})" (if maker.is_empty() { "" } else { ", " }),
    }
    /// A port that is a console.
    port_console_of(port: &str) {
        fr: "{port}, console du noyau",
        en: "{port}, the kernel's console",
    }
    /// A port with a login prompt.
    port_login_of(port: &str) {
        fr: "{port}, invite de connexion",
        en: "{port}, a login prompt",
    }
    /// A port that is in use.
    port_used(port: &str, holders: &str) {
        fr: "{port}, tenu par {holders}",
        en: "{port}, held by {holders}",
    }
    /// A port that cannot be used now.
    port_unusable(port: &str) {
        fr: "{port}, inutilisable pour l'instant",
        en: "{port}, not usable now",
    }
    /// The daemon does not get it open.
    port_not_open(device: &str) {
        fr: "{device} : le service ne peut pas l'ouvrir",
        en: "{device}: the service cannot open it",
    }

    /// Listen to it.
    ask_to_listen() {
        fr: "Je l'écoute ? Cela prend 12 s au plus et ne dérange personne.",
        en: "Shall I listen to it? It takes 12 s at most and disturbs nobody.",
    }
    /// Listen by hand.
    do_listen_to(device: &str) {
        fr: "Pour l'écouter : linky-sensor doctor {device}",
        en: "To listen to it: linky-sensor doctor {device}",
    }
    /// Set it up.
    do_setup() {
        fr: "sudo linky-sensor setup l'écrit dans la configuration et redémarre le service",
        en: "sudo linky-sensor setup writes it into the configuration and restarts the service",
    }
    /// The user of the daemon.
    do_add_service_user(user: &str) {
        fr: "L'utilisateur du service doit pouvoir l'ouvrir : sudo adduser {user} dialout, puis sudo systemctl restart linky-sensor",
        en: "The user of the service must be able to open it: sudo adduser {user} dialout, then sudo systemctl restart linky-sensor",
    }
}
