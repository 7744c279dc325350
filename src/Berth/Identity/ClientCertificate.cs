using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Engine.Collections;
using Berth.Serving;

namespace Berth.Identity;

/// <summary>
/// A certificate for the demo's client, made once, with its key in one file of the data folder (<c>demo-client.pem</c>): what Azure.Identity and MSAL
/// take to sign in without a secret (B210).
/// </summary>
internal static class ClientCertificate
{
    /// <summary>The file: key and certificate, its owner's alone.</summary>
    public const string File = "demo-client.pem";

    private const int KeyBits = 2048;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>Reads the certificate, and makes it when it is missing, damaged or near its end.</summary>
    public static ValueArray<byte> Open(DataFolder folder, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (folder.Has(File))
        {
            try
            {
                using X509Certificate2 kept = X509Certificate2.CreateFromPemFile(folder.PathOf(File));
                if (now + RenewBefore < kept.NotAfter.ToUniversalTime())
                {
                    return [.. kept.RawData];
                }
            }
            catch (CryptographicException)
            {
                // Made anew below.
            }
        }

        using RSA key = RSA.Create(KeyBits);
        CertificateRequest request = new("CN=Berth demo client, O=Berth", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + Lifetime);
        folder.WriteText(File, $"{key.ExportPkcs8PrivateKeyPem()}\n{made.ExportCertificatePem()}\n", DataFolder.OwnerOnly);
        return [.. made.RawData];
    }
}
