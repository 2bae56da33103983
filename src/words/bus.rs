//! The errors of D-Bus. The English texts are those of `dbus::Error`, which the journal has (a test compares them).

messages! {
    /// There is nothing to connect to.
    bus_none(bus: &str, cause: &str) {
        fr: "pas de D-Bus : {bus} ne répond pas ({cause}) ; tourne-t-il ? `systemctl status dbus.socket`",
        en: "no D-Bus: {bus} cannot be reached ({cause}); is it running? `systemctl status dbus.socket`",
    }
    /// A container has none.
    bus_none_in_container() {
        fr: "pas de D-Bus dans ce conteneur : `linky-sensor health` montre l'état",
        en: "no D-Bus in this container: `linky-sensor health` shows the state",
    }
    /// The policy of the bus does not let us own the name.
    bus_ownership_denied(name: &str) {
        fr: "le bus ne laisse pas cet utilisateur prendre {name} : le service doit tourner sous l'utilisateur linky-sensor, et {name}.conf doit être dans /usr/share/dbus-1/system.d (après l'avoir ajouté : `systemctl reload dbus`)",
        en: "the bus does not let this user own {name}: the daemon must run as the user linky-sensor, and {name}.conf must be in /usr/share/dbus-1/system.d (after adding it: `systemctl reload dbus`)",
    }
    /// Another process owns the name.
    bus_name_taken(name: &str) {
        fr: "un autre processus a pris {name} : un second service tourne-t-il ? `busctl status {name}` le nomme",
        en: "another process owns {name}: is a second daemon running? `busctl status {name}` names it",
    }
    /// The policy of the bus does not let us ask.
    bus_call_denied(why: &str, name: &str) {
        fr: "le bus ne laisse pas cet utilisateur interroger le service : {why} ; {name}.conf est-il dans /usr/share/dbus-1/system.d ?",
        en: "the bus does not let this user ask: {why}; is {name}.conf in /usr/share/dbus-1/system.d?",
    }
    /// The daemon does not run.
    bus_not_running() {
        fr: "le service ne tourne pas, ou n'est pas sur ce bus : voyez `systemctl status linky-sensor`",
        en: "the daemon is not running, or is not on this bus: see `systemctl status linky-sensor`",
    }
    /// The bus took longer than it may.
    bus_deadline() {
        fr: "le bus ne répond pas à temps",
        en: "the bus does not answer in time",
    }
    /// The connection ended.
    bus_lost() {
        fr: "la connexion au bus est perdue",
        en: "the connection to the bus is lost",
    }
    /// Anything else.
    bus_failed(why: &str) {
        fr: "réponse du bus : {why}",
        en: "the bus answered: {why}",
    }
}
