using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Serving;

namespace Berth.Certificates;

/// <summary>
/// The certificate this server shows, kept in the data folder with the authority that signed it. Both are made on first start and
/// renewed in time, by real time. <c>ca.pem</c> and <c>bundle.pem</c> are for clients; the private keys are for the owner only.
/// </summary>
internal sealed class ServerCertificate : IDisposable
{
    private const string AuthorityFile = "ca.pem";
    private const string AuthorityKeyFile = "ca.key";
    private const string ServerFile = "server.pem";
    private const string ServerKeyFile = "server.key";
    private const string BundleFile = "bundle.pem";

    /// <summary>How long a renewal that failed waits for the next try.</summary>
    private static readonly TimeSpan RetryRenewal = TimeSpan.FromHours(1);

    private readonly Lock _renewing = new();
    private readonly DataFolder _folder;
    private readonly TimeProvider _time;
    private X509Certificate2 _current;
    private DateTimeOffset _retryAt;

    private ServerCertificate(DataFolder folder, TimeProvider time)
    {
        _folder = folder;
        _time = time;
        _current = Load();
    }

    /// <summary>Reads the certificates of a data folder, and makes what is missing, damaged or near its end.</summary>
    public static ServerCertificate Open(DataFolder folder, TimeProvider time) => new(folder, time);

    /// <summary>The certificate to show now; renewed first when its end is near. For any thread.</summary>
    public X509Certificate2 Current
    {
        get
        {
            if (!IsFresh(Volatile.Read(ref _current)))
            {
                lock (_renewing)
                {
                    if (!IsFresh(_current) && _retryAt <= _time.GetUtcNow())
                    {
                        Renew();
                    }
                }
            }

            return Volatile.Read(ref _current);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _current.Dispose();

    // The old certificate is still good for a while, and may be in use by a handshake on another thread: it is neither given up nor disposed.
    private void Renew()
    {
        try
        {
            Volatile.Write(ref _current, Load());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            _retryAt = _time.GetUtcNow() + RetryRenewal;
            Console.Error.WriteLine($"berth: the certificate cannot be renewed, it ends at {_current.NotAfter.ToUniversalTime():u}: {e.Message}");
        }
    }

    private bool IsFresh(X509Certificate2 certificate) =>
        _time.GetUtcNow() + LocalAuthority.RenewBefore < certificate.NotAfter.ToUniversalTime();

    private X509Certificate2 Load()
    {
        X509Certificate2? authority = Read(AuthorityFile, AuthorityKeyFile);
        X509Certificate2? server = authority is null ? null : Read(ServerFile, ServerKeyFile);
        try
        {
            if (authority is null)
            {
                authority = LocalAuthority.Make(_time.GetUtcNow());
                Write(authority, AuthorityFile, AuthorityKeyFile);
            }

            if (server is null || !LocalAuthority.Signed(authority, server))
            {
                server?.Dispose();
                server = LocalAuthority.Issue(authority, _time.GetUtcNow());
                Write(server, ServerFile, ServerKeyFile);
            }

            WriteBundle(authority.ExportCertificatePem());
            return server;
        }
        finally
        {
            authority?.Dispose();
        }
    }

    // Null when there is none that could be shown: missing, unreadable as a certificate, or near its end.
    private X509Certificate2? Read(string file, string keyFile)
    {
        if (!_folder.Has(file) || !_folder.Has(keyFile))
        {
            return null;
        }

        X509Certificate2 found;
        try
        {
            found = X509Certificate2.CreateFromPemFile(_folder.PathOf(file), _folder.PathOf(keyFile));
        }
        catch (CryptographicException)
        {
            return null;
        }

        if (IsFresh(found))
        {
            return found;
        }

        found.Dispose();
        return null;
    }

    private void Write(X509Certificate2 certificate, string file, string keyFile)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        _folder.WriteText(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n", DataFolder.OwnerOnly);
        _folder.WriteText(file, certificate.ExportCertificatePem() + "\n", DataFolder.Readable);
    }

    private void WriteBundle(string authorityPem) => _folder.WriteText(BundleFile, TrustBundle.With(authorityPem), DataFolder.Readable);
}
