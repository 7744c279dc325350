using System.Buffers.Text;
using System.Security.Cryptography;
using Berth.Ledger;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Identity;

/// <summary>The RSA key of the installation that signs every token. It lives in the database, so that tokens outlive a restart.</summary>
internal static class SigningKey
{
    private const string BlobName = "identity/signing-key";
    private const int KeyBits = 2048;

    /// <summary>Reads the key, or makes it when there is none.</summary>
    /// <exception cref="InvalidDataException">The key in the database is damaged.</exception>
    public static async Task<RsaSecurityKey> OpenAsync(LedgerDoor ledger, CancellationToken cancel)
    {
        byte[]? kept = await ledger.ReadBlobAsync(BlobName, cancel).ConfigureAwait(false);
        RSA rsa = RSA.Create();
        if (kept is null)
        {
            rsa.KeySize = KeyBits;
            kept = rsa.ExportPkcs8PrivateKey();
            await ledger.WriteBlobAsync(BlobName, kept, cancel).ConfigureAwait(false);
        }
        else
        {
            try
            {
                rsa.ImportPkcs8PrivateKey(kept, out _);
            }
            catch (CryptographicException e)
            {
                throw new InvalidDataException("The key that signs tokens in the database is damaged; restore the database from a backup.", e);
            }
        }

        CryptographicOperations.ZeroMemory(kept);

        // RFC 7638 in spirit: the id follows from the public key, so that a client that cached it sees a change.
        return new RsaSecurityKey(rsa) { KeyId = Base64Url.EncodeToString(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()).AsSpan(0, 16)) };
    }
}
