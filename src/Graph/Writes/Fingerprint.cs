using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Berth.Graph.Writes;

/// <summary>
/// The hash of a body that may carry a password: of everything but the password. What the ledger keeps of a request must not
/// let anybody try passwords against it.
/// </summary>
internal static class Fingerprint
{
    /// <summary>The hash of a body that is valid JSON.</summary>
    public static byte[] Of(ReadOnlySpan<byte> body)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = GraphLimits.JsonDepth });
        bool secret = false;
        Span<byte> head = stackalloc byte[5];
        while (reader.Read())
        {
            head[0] = (byte)reader.TokenType;
            BinaryPrimitives.WriteInt32LittleEndian(head[1..], secret ? 0 : reader.ValueSpan.Length);
            hash.AppendData(head);
            if (secret)
            {
                reader.Skip();
            }
            else
            {
                hash.AppendData(reader.ValueSpan);
            }

            secret = reader.TokenType == JsonTokenType.PropertyName && IsSecret(reader.GetString());
        }

        return hash.GetHashAndReset();
    }

    private static bool IsSecret(string? name) =>
        string.Equals(name, "password", StringComparison.OrdinalIgnoreCase) || string.Equals(name, "adDomainPassword", StringComparison.OrdinalIgnoreCase);
}
