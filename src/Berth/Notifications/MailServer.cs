namespace Berth.Notifications;

/// <summary>How the connection to a mail server is kept from being read.</summary>
internal enum MailSecurity
{
    /// <summary>By STARTTLS, and not at all where the server has none.</summary>
    StartTls,

    /// <summary>By TLS from its first byte.</summary>
    Tls,

    /// <summary>Not: for a server on this machine.</summary>
    None,
}

/// <summary>The mail server that takes letters, as the operator named it (B794).</summary>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="Security">How the connection is kept from being read.</param>
/// <param name="From">Who letters come from.</param>
/// <param name="User">Who Berth is there; null for nobody.</param>
/// <param name="Password">The password; null without a user. It is never logged.</param>
internal sealed record MailServer(string Host, int Port, MailSecurity Security, string From, string? User, string? Password);
