namespace HashBalancer.Gateway.Tls;

/// <summary>The oldest version of TLS that is spoken. RFC 9325 asks for 1.2 at least.</summary>
internal enum TlsMinimum
{
    /// <summary>TLS 1.2 and 1.3.</summary>
    Tls12,

    /// <summary>TLS 1.3 alone.</summary>
    Tls13,
}

/// <summary>Whether clients are asked for a certificate.</summary>
internal enum ClientCertificates
{
    /// <summary>They are not.</summary>
    Off,

    /// <summary>They are; one that shows none is served, one whose certificate no authority signed is not.</summary>
    Optional,

    /// <summary>Only clients with a certificate are served.</summary>
    Required,
}
