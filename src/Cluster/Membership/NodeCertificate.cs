using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Ledger;
using Orleans.Connections.Security;

namespace Berth.Cluster.Membership;

/// <summary>
/// The certificate that the nodes of a cluster show one another where they tell that they live (B722). It lies with its key in the database, where the first node puts it: who reads the database is a
/// node, and nobody else is.
/// </summary>
internal static class NodeCertificate
{
    /// <summary>Where it lies: PKCS #12 without a password.</summary>
    internal const string BlobName = "cluster/certificate";

    // Nobody looks at its dates: it is this one or it is none.
    private static readonly DateTimeOffset _from = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), _until = _from.AddYears(100);

    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>Reads it, or makes it when there is none; two nodes that come at once get the same.</summary>
    internal static async Task<X509Certificate2> OpenAsync(LedgerDoor ledger, CancellationToken cancel)
    {
        byte[] kept = [];
        byte[]? made = null;
        await ledger.ChangeBlobAsync(BlobName, seen => kept = seen ?? (made ??= New()), cancel).ConfigureAwait(false);
        return Read(kept);
    }

    /// <summary>The certificate of the bytes that lie in the database.</summary>
    internal static X509Certificate2 Read(byte[] kept) => X509CertificateLoader.LoadPkcs12(kept, null);

    /// <summary>Has both sides of every connection show it.</summary>
    internal static void Require(TlsOptions tls, X509Certificate2 own)
    {
        tls.LocalCertificate = own;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.CheckCertificateRevocation = false;
        tls.RemoteCertificateValidation = (shown, _, _) => shown is not null && CryptographicOperations.FixedTimeEquals(shown.RawDataMemory.Span, own.RawDataMemory.Span);
        tls.OnAuthenticateAsClient = static (_, ssl) => ssl.TargetHost = "berth";
    }

    private static byte[] New()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=berth", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUse), new Oid(ClientUse)], critical: false));
        using X509Certificate2 certificate = request.CreateSelfSigned(_from, _until);
        return certificate.Export(X509ContentType.Pkcs12);
    }
}
