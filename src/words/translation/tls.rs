//! Why there is no TLS with a broker: the texts of `mqtt::handshake`, and what OpenSSL finds in a certificate.

use super::TranslatedRow;

/// See the module above.
pub const ROWS: &[TranslatedRow] = &[
    // Of a broker with several addresses.
    ("at {}: {}", "à l'adresse {0} : {1}"),
    (
        "its certificate is not trusted: {}. Renew it at the broker",
        "son certificat n'est pas accepté : {0}. Renouvelez-le chez le broker",
    ),
    (
        "its certificate is not trusted: {}. Write in url, in [mqtt], a name that is in the certificate",
        "son certificat n'est pas accepté : {0}. Écrivez dans url, sous [mqtt], un nom qui est dans le certificat",
    ),
    (
        "its certificate is not trusted: {}. Set ca-file in [mqtt] to the certificate of the authority that signed it; without ca-file, those of the package ca-certificates are trusted",
        "son certificat n'est pas accepté : {0}. Donnez à ca-file, sous [mqtt], le certificat de l'autorité qui l'a signé ; sans ca-file, celles du paquet ca-certificates sont acceptées",
    ),
    (
        "its certificate is not trusted: {}. Replace it at the broker",
        "son certificat n'est pas accepté : {0}. Remplacez-le chez le broker",
    ),
    (
        "its certificate is not yet valid. Is the clock of this computer right?",
        "son certificat n'est pas encore valable. L'horloge de cette machine est-elle juste ?",
    ),
    (
        "it ended the connection before there was TLS ({}). Is this its port for TLS?",
        "il a coupé la connexion avant qu'il y ait TLS ({0}). Est-ce bien son port pour TLS ?",
    ),
    (
        "no answer to the handshake of TLS within {} s. Is this its port for TLS?",
        "pas de réponse à l'ouverture de TLS en {0} s. Est-ce bien son port pour TLS ?",
    ),
    (
        "it ended the connection as soon as there was TLS. {}",
        "il a coupé la connexion dès qu'il y a eu TLS. {0}",
    ),
    (
        "It may refuse our client certificate: see its log",
        "Il refuse peut-être notre certificat client : voyez son journal",
    ),
    (
        "it refuses the handshake. {}",
        "il refuse d'ouvrir TLS. {0}",
    ),
    (
        "If it demands a client certificate: set client-certificate and client-key in [mqtt]",
        "S'il exige un certificat client : client-certificate et client-key sous [mqtt]",
    ),
    (
        "it demands a client certificate: set client-certificate and client-key in [mqtt]",
        "il exige un certificat client : client-certificate et client-key sous [mqtt]",
    ),
    (
        "it refuses our client certificate: it is revoked. Get another",
        "il refuse notre certificat client, qui est révoqué. Il en faut un autre",
    ),
    (
        "it refuses our client certificate: it has expired. Renew it",
        "il refuse notre certificat client, qui a expiré. Renouvelez-le",
    ),
    (
        "it refuses our client certificate: its authority is unknown there. Get one signed by the broker's authority",
        "il refuse notre certificat client, dont il ne connaît pas l'autorité. Il en faut un que l'autorité du broker a signé",
    ),
    (
        "it refuses our client certificate: see the log of the broker",
        "il refuse notre certificat client : voyez le journal du broker",
    ),
    (
        "it supports only an old TLS. It must support TLS 1.2 or newer",
        "il ne connaît qu'un ancien TLS. Il lui faut TLS 1.2 ou plus récent",
    ),
    (
        "there is no TLS on this port. Set the TLS port in url, in [mqtt]; 8883 is usual",
        "il n'y a pas de TLS sur ce port. Mettez le port de TLS dans url, sous [mqtt] ; c'est d'ordinaire 8883",
    ),
    ("TLS failed: {}", "TLS échoue : {0}"),
    // What the verification of a certificate found, by the texts of OpenSSL 3.
    ("certificate has expired", "il a expiré"),
    ("hostname mismatch", "il est pour un autre nom"),
    ("IP address mismatch", "il est pour une autre adresse"),
    ("self-signed certificate", "il est auto-signé"),
    (
        "self-signed certificate in certificate chain",
        "l'autorité qui l'a signé n'est pas connue ici",
    ),
    (
        "unable to get local issuer certificate",
        "l'autorité qui l'a signé n'est pas connue ici",
    ),
    (
        "unable to get issuer certificate",
        "l'autorité qui l'a signé n'est pas connue ici",
    ),
    (
        "unable to verify the first certificate",
        "l'autorité qui l'a signé n'est pas connue ici",
    ),
    (
        "certificate signature failure",
        "sa signature est d'une autre autorité du même nom",
    ),
    ("certificate revoked", "il est révoqué"),
    ("EE certificate key too weak", "sa clé est trop faible"),
    (
        "CA certificate key too weak",
        "la clé de son autorité est trop faible",
    ),
    (
        "CA signature digest algorithm too weak",
        "la signature de son autorité est trop faible",
    ),
    (
        "Connection reset by peer (os error 104)",
        "connexion rompue",
    ),
];
