//! Why a meter is not received, or badly: a sentence by the word of `link_cause`, and what to do.

use super::Words;

impl Words {
    /// The sentence, and what to do; `None` if nothing is wrong, or for a word of a newer daemon.
    pub fn link_cause(self, cause: &str, device: Option<&str>) -> Option<(String, Option<String>)> {
        let port = device.map_or_else(
            || self.pick("le port", "the port").to_owned(),
            str::to_owned,
        );
        let port = port.as_str();
        Some(match cause {
            "no_port" => (self.cause_no_port(port), Some(self.remedy_plug_in())),
            "refused" => (self.cause_refused(port), Some(self.remedy_as_root())),
            "held" => (self.cause_held(port), Some(self.remedy_find_holder())),
            "console" => (self.cause_console(port), Some(self.remedy_console())),
            "login" => (self.cause_login(port), Some(self.remedy_login())),
            "no_byte" => (self.cause_no_byte(port), Some(self.remedy_wires())),
            "no_group" => (self.cause_no_group(port), Some(self.remedy_doctor())),
            "wrong_speed" => (self.cause_wrong_speed(port), Some(self.remedy_speed())),
            "noise" => (self.cause_noise(port), Some(self.remedy_noise())),
            "no_frame" => (self.cause_no_frame(port), None),
            "server_gone" => (self.cause_server_gone(port), Some(self.remedy_server())),
            _ => return None,
        })
    }
}

messages! {
    /// `no_port`
    cause_no_port(port: &str) {
        fr: "On ne trouve pas {port} : l'adaptateur est-il branché ?",
        en: "Not found: {port}. Is the adapter plugged in?",
    }
    /// `refused`
    cause_refused(port: &str) {
        fr: "Le service ne peut pas ouvrir {port}.",
        en: "The service cannot open {port}.",
    }
    /// `held`
    cause_held(port: &str) {
        fr: "Un autre programme tient {port}.",
        en: "Another program holds {port}.",
    }
    /// `console`
    cause_console(port: &str) {
        fr: "Le noyau écrit ses messages sur {port}.",
        en: "The kernel writes its messages to {port}.",
    }
    /// `login`
    cause_login(port: &str) {
        fr: "Une invite de connexion est sur {port}, ou au bout du fil.",
        en: "A login prompt is on {port}, or at the other end of the wire.",
    }
    /// `no_byte`
    cause_no_byte(port: &str) {
        fr: "Aucun octet n'arrive sur {port}.",
        en: "Not one byte arrives on {port}.",
    }
    /// `no_group`
    cause_no_group(port: &str) {
        fr: "Des octets arrivent sur {port}, et pas un groupe d'un compteur.",
        en: "Bytes arrive on {port}, and not one group of a meter.",
    }
    /// `wrong_speed`
    cause_wrong_speed(port: &str) {
        fr: "Ce qui arrive sur {port} est d'une autre vitesse, ou l'adaptateur est trop lent.",
        en: "What arrives on {port} is at another speed, or the adapter is too slow.",
    }
    /// `noise`
    cause_noise(port: &str) {
        fr: "La ligne est mauvaise : une partie de ce qui arrive sur {port} est abîmée.",
        en: "The line is bad: some of what arrives on {port} is damaged.",
    }
    /// `no_frame`
    cause_no_frame(port: &str) {
        fr: "Des groupes arrivent sur {port}, et aucune trame ne se termine.",
        en: "Groups arrive on {port}, and no frame ends.",
    }
    /// `server_gone`
    cause_server_gone(port: &str) {
        fr: "Pas de connexion avec {port}.",
        en: "There is no connection with {port}.",
    }
    /// The adapter.
    remedy_plug_in() {
        fr: "Branchez-le, ou nommez un autre port ; ceux de cette machine : linky-sensor doctor",
        en: "Plug it in, or name another port; those of this machine: linky-sensor doctor",
    }
    /// Permissions and the like.
    remedy_as_root() {
        fr: "Pour savoir pourquoi : sudo linky-sensor doctor",
        en: "To know why: sudo linky-sensor doctor",
    }
    /// Another program.
    remedy_find_holder() {
        fr: "Pour savoir lequel : sudo linky-sensor doctor",
        en: "To know which: sudo linky-sensor doctor",
    }
    /// The kernel's command line.
    remedy_console() {
        fr: "Enlevez console=… de sa ligne de commande (sur un Pi : raspi-config, Serial Port), redémarrez.",
        en: "Remove console=… from its command line (on a Pi: raspi-config, Serial Port), and restart.",
    }
    /// A login prompt.
    remedy_login() {
        fr: "Arrêtez-la ; la commande : linky-sensor doctor",
        en: "Stop it; the command: linky-sensor doctor",
    }
    /// The wires.
    remedy_wires() {
        fr: "Vérifiez les deux fils, I1 et I2, au compteur et à l'adaptateur.",
        en: "Check the two wires, I1 and I2, at the meter and at the adapter.",
    }
    /// Not clear.
    remedy_doctor() {
        fr: "Pour chercher la cause : linky-sensor doctor",
        en: "To look for the cause: linky-sensor doctor",
    }
    /// The speed.
    remedy_speed() {
        fr: "Laissez mode = \"auto\" ; un adaptateur fait pour 1200 bauds ne suit pas le mode standard.",
        en: "Leave mode = \"auto\"; an adapter made for 1200 baud cannot follow standard mode.",
    }
    /// Noise.
    remedy_noise() {
        fr: "Resserrez les fils, raccourcissez-les, éloignez-les des câbles du secteur.",
        en: "Tighten the wires, shorten them, keep them away from mains cables.",
    }
    /// A server.
    remedy_server() {
        fr: "Tourne-t-il, à cette adresse et sur ce port ?",
        en: "Does it run, at this address and on this port?",
    }
}
