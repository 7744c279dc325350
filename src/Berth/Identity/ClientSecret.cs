using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Berth.Engine.Collections;

namespace Berth.Identity;

/// <summary>What is kept of a client secret or a password: enough to recognize it, not enough to know it.</summary>
/// <param name="Salt">Random, its own for every secret.</param>
/// <param name="Hash">PBKDF2 with SHA-256 over the secret's UTF-8.</param>
/// <param name="Iterations">Of PBKDF2.</param>
internal sealed record ClientSecret(ValueArray<byte> Salt, ValueArray<byte> Hash, int Iterations)
{
    /// <summary>The longest secret that is looked at, in characters.</summary>
    public const int LongestSecret = 1024;

    /// <summary>Of a secret that people chose (the demo's), whose stolen hash is to be no gift.</summary>
    private const int ChosenIterations = 10_000;

    /// <summary>Of a secret of <see cref="Invent"/>: nobody guesses 256 random bits at any speed, and a wrong one is to cost next to nothing (B770).</summary>
    private const int InventedIterations = 1;

    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int SecretBytes = 32;

    /// <summary>A new secret, for its owner's eyes only.</summary>
    public static string Invent() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What to keep of a secret of <see cref="Invent"/>.</summary>
    public static ClientSecret OfInvented(string secret) => Of(secret, InventedIterations);

    /// <summary>What to keep of any other secret.</summary>
    public static ClientSecret Of(string secret, int iterations = ChosenIterations)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new ClientSecret([.. salt], [.. Derive(secret, salt, iterations)], iterations);
    }

    /// <summary>Whether this is the secret, in time that does not tell how much of it is right.</summary>
    public bool Matches(string secret) =>
        secret.Length <= LongestSecret
        && CryptographicOperations.FixedTimeEquals(Derive(secret, Salt.Span, Iterations), Hash.Span);

    private static byte[] Derive(string secret, ReadOnlySpan<byte> salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), salt, iterations, HashAlgorithmName.SHA256, HashBytes);
}
