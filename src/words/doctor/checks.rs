//! The names of the checks of `doctor`.

messages! {
    /// The port.
    check_port() {
        fr: "Port",
        en: "Port",
    }
    /// The meter.
    check_meter() {
        fr: "Compteur",
        en: "Meter",
    }
    /// The line.
    check_line() {
        fr: "Ligne",
        en: "Line",
    }
    /// The contract.
    check_contract() {
        fr: "Contrat",
        en: "Contract",
    }
}
