using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Xunit;

namespace Berth.Conformance.Tests.Alerts;

/// <summary>A letter as it came over the wire.</summary>
/// <param name="From">The sender of the envelope.</param>
/// <param name="To">The recipients of the envelope.</param>
/// <param name="Text">Headers and body as they came, dots and all.</param>
/// <param name="IsSealed">Whether it came over TLS.</param>
/// <param name="SignedIn">Who sent it and with which password; null for nobody.</param>
internal sealed record CaughtLetter(string From, IReadOnlyList<string> To, string Text, bool IsSealed, string? SignedIn)
{
    /// <summary>The lines of its headers, folded ones joined.</summary>
    public string[] Headers => Text[..Text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal).Split("\r\n");

    /// <summary>The value of a header.</summary>
    public string Header(string name) => Headers.Single(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))[(name.Length + 2)..];
}

/// <summary>A mail server on a free port of this machine, with as much of SMTP as a client of it can ask for: EHLO, STARTTLS, AUTH PLAIN, a letter, QUIT.</summary>
internal sealed class MailHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<CaughtLetter> _letters = Channel.CreateUnbounded<CaughtLetter>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _hasStartTls;
    private readonly bool _isSealedFromTheStart;
    private readonly Task _accepting;

    private MailHost(bool hasStartTls, bool isSealedFromTheStart)
    {
        (_hasStartTls, _isSealedFromTheStart) = (hasStartTls, isSealedFromTheStart);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Its certificate, which nobody trusts who does not know it.</summary>
    public X509Certificate2 Certificate { get; } = Issue();

    /// <summary>What it answers to the end of a letter; anything but 250 keeps nothing.</summary>
    public Func<string> OnLetter { get; set; } = static () => "250 taken";

    /// <summary>The one user and password that it lets in; null lets everybody send.</summary>
    public string? Known { get; set; }

    public static MailHost Start(bool hasStartTls = false, bool isSealedFromTheStart = false) => new(hasStartTls, isSealedFromTheStart);

    /// <summary>The next letter.</summary>
    public async Task<CaughtLetter> NextAsync() =>
        await _letters.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(100), TestContext.Current.CancellationToken);

    /// <summary>Whether a letter came that nobody looked at.</summary>
    public bool HasMore => _letters.Reader.TryPeek(out _);

    /// <summary>Nobody is let in any more.</summary>
    public void Stop() => _listener.Stop();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Certificate.Dispose();
        _stopping.Dispose();
    }

    private static X509Certificate2 Issue()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream wire = client.GetStream();
                if (_isSealedFromTheStart)
                {
                    wire = await SealAsync(wire);
                }

                await TalkAsync(wire, _isSealedFromTheStart);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The client has gone, or does not trust the certificate.
            }
        }
    }

    private async Task<Stream> SealAsync(Stream wire)
    {
        SslStream sealing = new(wire);
        await sealing.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stopping.Token);
        return sealing;
    }

    private async Task TalkAsync(Stream wire, bool isSealed)
    {
        (string from, List<string> to, string? user) = ("", [], null);
        await SayAsync(wire, "220 mail.test ESMTP");
        while (await ReadAsync(wire) is { } line)
        {
            string verb = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    await SayAsync(wire, $"250-mail.test\r\n{(_hasStartTls && !isSealed ? "250-STARTTLS\r\n" : "")}{(Known is null ? "" : "250-AUTH PLAIN\r\n")}250 8BITMIME");
                    break;
                case "STARTTLS":
                    await SayAsync(wire, "220 go on");
                    (wire, isSealed) = (await SealAsync(wire), true);
                    break;
                case "AUTH":
                    string[] words = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[^1])).Split('\0');
                    user = $"{words[1]}:{words[2]}";
                    await SayAsync(wire, user == Known ? "235 come in" : "535 no");
                    break;
                case "MAIL" when Known is not null && user != Known:
                    await SayAsync(wire, "530 sign in first");
                    break;
                case "MAIL":
                    (from, to) = (Between(line), []);
                    await SayAsync(wire, "250 ok");
                    break;
                case "RCPT":
                    to.Add(Between(line));
                    await SayAsync(wire, "250 ok");
                    break;
                case "DATA":
                    await SayAsync(wire, "354 go on");
                    StringBuilder text = new();
                    while (await ReadAsync(wire) is { } one && one != ".")
                    {
                        text.Append(one.StartsWith("..", StringComparison.Ordinal) ? one[1..] : one).Append("\r\n");
                    }

                    string answer = OnLetter();
                    if (answer.StartsWith("250", StringComparison.Ordinal))
                    {
                        _letters.Writer.TryWrite(new CaughtLetter(from, to, text.ToString(), isSealed, user));
                    }

                    await SayAsync(wire, answer);
                    break;
                case "QUIT":
                    await SayAsync(wire, "221 bye");
                    return;
                default:
                    await SayAsync(wire, "250 ok");
                    break;
            }
        }
    }

    private static string Between(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

    private async Task SayAsync(Stream wire, string line)
    {
        await wire.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), _stopping.Token);
        await wire.FlushAsync(_stopping.Token);
    }

    // Byte by byte: nothing of TLS may be read before it begins.
    private async Task<string?> ReadAsync(Stream wire)
    {
        List<byte> line = [];
        byte[] one = new byte[1];
        while (await wire.ReadAsync(one, _stopping.Token) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}
