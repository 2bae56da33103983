//! The words of `demo`: what runs, and what to go on with.

messages! {
    /// Where the meter sends.
    demo_meter(device: &str, mode: &str) {
        fr: "Un compteur simulé envoie sur {device} (mode {mode})",
        en: "A simulated meter sends to    {device} ({mode} mode)",
    }
    /// Where the daemon publishes it.
    demo_outputs(broker: &str, bus: &str) {
        fr: "Le service le publie sur      {broker} et {bus}",
        en: "The daemon publishes it on    {broker} and {bus}",
    }
    /// The past is being made.
    demo_past() {
        fr: "Ses deux derniers jours sont simulés aussi\u{a0}: un instant…",
        en: "Its last two days are simulated too: a moment…",
    }
    /// The end begins.
    demo_stopping() { fr: "Tout s'arrête.", en: "Stopping." }
    /// The daemon has ended by itself; its log follows.
    demo_daemon_ended() { fr: "Le service s'est arrêté\u{a0}:", en: "The daemon has ended:" }
    /// What to go on with.
    demo_goodbye(program: &str) {
        fr: "Ce compteur était simulé, et il n'en reste rien. Pour continuer avec le vôtre\u{a0}:\n\
             \u{20} {program} doctor         trouve l'adaptateur, et montre ce qu'il reçoit\n\
             \u{20} {program} watch          cet écran, de votre compteur, dès que le service tourne\n\
             \u{20} {program} demo --plain   la démonstration en texte\u{a0}: MQTT et D-Bus\n\
             Le fichier docs/GUIDE.fr.md montre comment l'installer.",
        en: "This meter was simulated, and nothing of it is left. To go on with yours:\n\
             \u{20} {program} doctor         finds the adapter, and shows what it receives\n\
             \u{20} {program} watch          this screen, of your meter, once the service runs\n\
             \u{20} {program} demo --plain   the demo as text: MQTT and D-Bus\n\
             The file docs/GUIDE.md shows how to install it.",
    }
    /// A program is missing.
    demo_not_installed(program: &str, package: &str) {
        fr: "{program} n'est pas installé : apt install {package}, ou lancez scripts/demo, qui s'en charge",
        en: "{program} is not installed: apt install {package}, or run scripts/demo, which does it",
    }
    /// A program does not start.
    demo_no_start(name: &str, seconds: u64) {
        fr: "{name} n'a pas démarré en {seconds} s",
        en: "{name} did not come up within {seconds} s",
    }
    /// There is no place for the files.
    demo_directory() {
        fr: "impossible de créer un dossier temporaire",
        en: "cannot make a temporary directory",
    }
    /// There is no port.
    demo_port() { fr: "aucun port pour le broker", en: "no port for the broker" }
    /// The line of the meter.
    demo_line() { fr: "le compteur simulé", en: "the simulated meter" }
}
