using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Berth.Notifications;

/// <summary>
/// The way out to mailboxes: each letter over a connection of its own to the one server that the operator named, every wait bounded (B794). What stands in a letter becomes headers and
/// text through a library that encodes both, so that no name of a tenant or a product can begin a header.
/// </summary>
internal sealed class LetterSender(MailServer server, TimeProvider time)
{
    /// <summary>How long a letter may take, from the connection to its end.</summary>
    public static readonly TimeSpan Sending = TimeSpan.FromSeconds(30);

    private readonly MailboxAddress _from = new(null, server.From);

    /// <summary>Sends a letter; what stood against it, without anything secret, or null when the server took it.</summary>
    public async Task<string?> SendAsync(string address, string subject, string text, CancellationToken cancel)
    {
        using MimeMessage letter = new()
        {
            Subject = subject,
            Date = time.GetUtcNow(),
            Body = new TextPart("plain") { Text = text },
        };
        letter.From.Add(_from);
        letter.To.Add(new MailboxAddress(null, address));

        // RFC 3834: nobody's absence note is to answer it.
        letter.Headers.Add("Auto-Submitted", "auto-generated");
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Sending);
        try
        {
            using SmtpClient client = new()
            {
                // As other clients of HTTPS and SMTP do: a list of revoked certificates that cannot be reached is no reason to stay silent.
                CheckCertificateRevocation = false,
                Timeout = (int)Sending.TotalMilliseconds,
            };
            await client.ConnectAsync(server.Host, server.Port, Options(), patience.Token).ConfigureAwait(false);
            if (server.User is { } user)
            {
                await client.AuthenticateAsync(user, server.Password ?? "", patience.Token).ConfigureAwait(false);
            }

            await client.SendAsync(letter, patience.Token).ConfigureAwait(false);
            await PartAsync(client, patience.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return "the mail server did not answer in time";
        }
        catch (Exception e) when (ProblemOf(e) is not null)
        {
            return ProblemOf(e);
        }
    }

    // What is said is without words of the server: it may repeat what it was given.
    private static string? ProblemOf(Exception failure) => failure switch
    {
        AuthenticationException or ServiceNotAuthenticatedException => "the mail server did not accept the user and the password",
        SslHandshakeException => "the mail server has no certificate that this machine trusts for its name",
        NotSupportedException => "the mail server has no STARTTLS, or no way to sign in that is known here",
        SmtpCommandException refused => string.Create(CultureInfo.InvariantCulture, $"the mail server refused the letter with {(int)refused.StatusCode}"),
        TimeoutException => "the mail server did not answer in time",
        SocketException or IOException or ProtocolException or ServiceNotConnectedException => "the mail server could not be reached, or the connection broke",
        _ => null,
    };

    // The letter is taken: what becomes of the farewell does not matter.
    private static async Task PartAsync(SmtpClient client, CancellationToken cancel)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException || ProblemOf(e) is not null)
        {
        }
    }

    private SecureSocketOptions Options() => server.Security switch
    {
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.None => SecureSocketOptions.None,
    };
}
