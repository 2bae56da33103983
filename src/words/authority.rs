//! The questions of `setup` about the authority of a broker with TLS, and what it found.

messages! {
    /// The certificate of the broker is not trusted, by the system or by a file; what the library found.
    setup_authority_unknown(host: &str, port: u16, file: Option<&str>, found: &str) {
        fr: "{host} répond sur {port}, mais son certificat n'est signé par aucune autorité {} ({found})." (match file {
            Some(file) => format!("de {file}"),
            None => "que ce système connaît".to_owned(),
        }),
        en: "{host} answers on {port}, but its certificate is not signed by any authority {} ({found})." (match file {
            Some(file) => format!("in {file}"),
            None => "that this system trusts".to_owned(),
        }),
    }
    /// Where the certificate of the authority is.
    setup_authority_where() {
        fr: "Il me faut le certificat de cette autorité, en PEM : chez mosquitto c'est le fichier de cafile, ou celui de certfile si le certificat est auto-signé. Copiez-le ici ; il n'est pas secret : sudo install -m 644 FICHIER /etc/linky-sensor/ca.pem",
        en: "I need the certificate of that authority, in PEM: with mosquitto it is the file of cafile, or that of certfile if the certificate is self-signed. Copy it here; it is no secret: sudo install -m 644 FILE /etc/linky-sensor/ca.pem",
    }
    /// The file.
    setup_ask_authority() {
        fr: "Fichier de l'autorité (vide : une autre adresse) : ",
        en: "File of the authority (empty: another address): ",
    }
    /// The file, with a proposal.
    setup_ask_authority_or_none(usual: Option<&str>) {
        fr: "{}" (match usual {
            Some(usual) => format!("Fichier de l'autorité du broker (« non » : celles du système) [{usual}] : "),
            None => "Fichier de l'autorité du broker [celles du système] : ".to_owned(),
        }),
        en: "{}" (match usual {
            Some(usual) => format!("File of the broker's authority (\"no\": those of the system) [{usual}]: "),
            None => "File of the broker's authority [those of the system]: ".to_owned(),
        }),
    }
    /// The service sees nothing there.
    setup_authority_hidden(file: &str, directory: &str) {
        fr: "{file} : le service ne voit rien de {directory}. Copiez-le ailleurs : sudo install -m 644 {file} /etc/linky-sensor/",
        en: "{file}: the service sees nothing of {directory}. Copy it elsewhere: sudo install -m 644 {file} /etc/linky-sensor/",
    }
    /// The service may not read it.
    setup_authority_denied(file: &str, user: &str) {
        fr: "{file} : l'utilisateur {user} du service n'a pas le droit de le lire. Il n'est pas secret : sudo chmod a+r {file}",
        en: "{file}: the service's user {user} may not read it. It is no secret: sudo chmod a+r {file}",
    }
    /// The service may not enter its directory.
    setup_authority_enclosed(file: &str, user: &str, directory: &str) {
        fr: "{file} : l'utilisateur {user} du service n'a pas le droit d'entrer dans {directory}. Copiez-le ailleurs : sudo install -m 644 {file} /etc/linky-sensor/",
        en: "{file}: the service's user {user} may not enter {directory}. Copy it elsewhere: sudo install -m 644 {file} /etc/linky-sensor/",
    }
    /// An option of TLS, and no TLS.
    setup_authority_without_tls(url: &str) {
        fr: "--ca-file ne va qu'avec mqtts:// : {url} n'est pas chiffré",
        en: "--ca-file is for mqtts:// alone: {url} is not encrypted",
    }
    /// The file of the option.
    setup_authority_unusable(text: &str) {
        fr: "rien n'est écrit : {text}",
        en: "nothing is written: {text}",
    }
    /// What `--yes` needs.
    setup_do_name_authority() {
        fr: "--ca-file FICHIER nomme le certificat de son autorité, en PEM ; chez mosquitto c'est le fichier de cafile, ou celui de certfile si le certificat est auto-signé",
        en: "--ca-file FILE names the certificate of its authority, in PEM; with mosquitto it is the file of cafile, or that of certfile if the certificate is self-signed",
    }
}
