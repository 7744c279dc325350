using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Ledger;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Identity;

/// <summary>
/// The RSA keys of the installation that sign every token (B734). They live in the database, so that tokens outlive a restart and every process on it has the same.
/// A new key is published first and signs when the caches of those who check tokens have had time to learn it; the one before stays until everything it signed is over.
/// For any number of threads.
/// </summary>
internal sealed class SigningKeys : IDisposable
{
    private const string BlobName = "identity/signing-keys";

    /// <summary>Where the one key lay before there were several.</summary>
    private const string FirstBlobName = "identity/signing-key";

    private const int FormatVersion = 1;

    private readonly LedgerDoor _ledger;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _changing = new(1);
    private volatile SigningKey[] _keys = [];
    private volatile int _forgotten;
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;

    private SigningKeys(LedgerDoor ledger, TimeProvider time) => (_ledger, _time) = (ledger, time);

    /// <summary>Changes whenever a key goes: what it had signed is good no more.</summary>
    public int Forgotten => _forgotten;

    /// <summary>Those that are published, oldest first.</summary>
    public IReadOnlyList<SigningKey> All => _keys;

    /// <summary>What signs now: the newest key that was published long enough, or the oldest when none was.</summary>
    public SigningCredentials Signer => new(SignerAt(_keys, _time.GetUtcNow()).Key, SecurityAlgorithms.RsaSha256);

    /// <summary>Whether a key is the one that signs now.</summary>
    public bool Signs(SigningKey key) => SignerAt(_keys, _time.GetUtcNow()) == key;

    /// <summary>Reads the keys, or makes the first when there is none.</summary>
    /// <exception cref="InvalidDataException">The keys in the database are damaged, or a newer version wrote them; the message is for people.</exception>
    public static async Task<SigningKeys> OpenAsync(LedgerDoor ledger, TimeProvider time, CancellationToken cancel)
    {
        SigningKeys keys = new(ledger, time);
        await keys.TendAsync(cancel).ConfigureAwait(false);
        return keys;
    }

    /// <summary>The key with an id, or null.</summary>
    public RsaSecurityKey? Find(string? id) => Array.Find(_keys, key => key.Key.KeyId == id)?.Key;

    /// <summary>
    /// The key with an id; one that is not known is looked for in the database, where another process may have put it, at most once in
    /// <see cref="IdentityLimits.KeyReading"/>, so that made-up ids cost nothing.
    /// </summary>
    public async ValueTask<RsaSecurityKey?> FindOrReadAsync(string? id)
    {
        if (Find(id) is { } known)
        {
            return known;
        }

        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (Find(id) is null && now - _readAt >= IdentityLimits.KeyReading)
            {
                await ReadAsync(CancellationToken.None).ConfigureAwait(false);
            }

            return Find(id);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Reads what other processes changed, makes a new key when the newest is <see cref="IdentityLimits.KeyAge"/> old, and lets those go whose tokens are all over.</summary>
    public async Task TendAsync(CancellationToken cancel)
    {
        await _changing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (!await ReadAsync(cancel).ConfigureAwait(false) || !Good(_keys, now).SequenceEqual(_keys) || IsOld(_keys, now))
            {
                SigningKey? made = null;
                await ChangeAsync(
                    keys =>
                    {
                        SigningKey[] good = Good(keys, now);
                        return IsOld(good, now) ? [.. good, made ??= SigningKey.New(now)] : good;
                    },
                    cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Makes a new key; durable when it returns. False when <see cref="IdentityLimits.Keys"/> are there already.</summary>
    /// <param name="forgetOld">Whether all others go at once, because one of them is in wrong hands: then every token ends and everybody signs in again.</param>
    /// <param name="cancel">Is heeded until something is written.</param>
    public async Task<bool> RotateAsync(bool forgetOld, CancellationToken cancel)
    {
        await _changing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await ReadAsync(cancel).ConfigureAwait(false);
            if (!forgetOld && _keys.Length >= IdentityLimits.Keys)
            {
                return false;
            }

            SigningKey made = SigningKey.New(_time.GetUtcNow());
            bool isFull = false;
            await ChangeAsync(
                keys =>
                {
                    isFull = !forgetOld && keys.Length >= IdentityLimits.Keys;
                    return isFull ? keys : forgetOld ? [made] : [.. keys, made];
                },
                cancel).ConfigureAwait(false);
            return !isFull;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changing.Dispose();

    // The first key of all signs at once: nobody has learned another.
    private static SigningKey SignerAt(SigningKey[] keys, DateTimeOffset now) => Array.FindLast(keys, key => now >= key.CreatedAt + IdentityLimits.KeyPublished) ?? keys[0];

    private static SigningKey[] Good(SigningKey[] keys, DateTimeOffset now) =>
        [.. keys.Where((_, i) => i + 1 == keys.Length || now < keys[i + 1].CreatedAt + IdentityLimits.KeyPublished + IdentityLimits.KeyAfterwards)];

    private static bool IsOld(SigningKey[] keys, DateTimeOffset now) => keys.Length == 0 || now - keys[^1].CreatedAt >= IdentityLimits.KeyAge;

    // False when there are none.
    private async Task<bool> ReadAsync(CancellationToken cancel)
    {
        _readAt = _time.GetUtcNow();
        byte[]? kept = await _ledger.ReadBlobAsync(BlobName, cancel).ConfigureAwait(false);
        if (kept is null)
        {
            return false;
        }

        Take(Parse(kept));
        CryptographicOperations.ZeroMemory(kept);
        return true;
    }

    // Of those that are there now: another process may have made or forgotten some, and what it did stays done (B772).
    private async Task ChangeAsync(Func<SigningKey[], SigningKey[]> change, CancellationToken cancel)
    {
        // The one key of an older version goes on signing: its age counts from now.
        byte[]? first = await _ledger.ReadBlobAsync(FirstBlobName, cancel).ConfigureAwait(false);
        SigningKey[] keys = [];
        List<byte[]> secrets = first is null ? [] : [first];
        await _ledger.ChangeBlobAsync(
            BlobName,
            seen =>
            {
                keys = [.. change(seen is not null ? Parse(seen) : first is null ? [] : [SigningKey.Read(first, _time.GetUtcNow())]).OrderBy(static key => key.CreatedAt)];
                byte[] blob = Write(keys);
                secrets.AddRange(seen is null ? [blob] : [seen, blob]);
                return blob;
            },
            cancel).ConfigureAwait(false);
        secrets.ForEach(static secret => CryptographicOperations.ZeroMemory(secret));
        Take(keys);
    }

    private static byte[] Write(SigningKey[] keys)
    {
        byte[][] secrets = [.. keys.Select(key => key.Key.Rsa.ExportPkcs8PrivateKey())];
        byte[] blob = JsonSerializer.SerializeToUtf8Bytes(
            new SigningKeyList(FormatVersion, [.. keys.Select((key, i) => new SigningKeyRow(key.CreatedAt, secrets[i]))]), SigningKeyJson.Default.SigningKeyList);
        Array.ForEach(secrets, static secret => CryptographicOperations.ZeroMemory(secret));
        return blob;
    }

    // Keys that are known stay the same objects.
    private void Take(SigningKey[] keys)
    {
        SigningKey[] before = _keys;
        _keys = [.. keys.Select(key => Array.Find(before, one => one.Key.KeyId == key.Key.KeyId) ?? key)];
        if (before.Any(key => Find(key.Key.KeyId) is null))
        {
            Interlocked.Increment(ref _forgotten);
        }
    }

    private static SigningKey[] Parse(byte[] blob)
    {
        SigningKeyList? list;
        try
        {
            list = JsonSerializer.Deserialize(blob, SigningKeyJson.Default.SigningKeyList);
        }
        catch (JsonException e)
        {
            throw Damaged(e);
        }

        if (list is not { Version: FormatVersion })
        {
            throw new InvalidDataException("The keys that sign tokens in the database were written by a newer version of Berth; use that version.");
        }

        SigningKey[] keys = [.. list.Keys.OrderBy(row => row.CreatedAt).Select(row => SigningKey.Read(row.Pkcs8, row.CreatedAt))];
        foreach (SigningKeyRow row in list.Keys)
        {
            CryptographicOperations.ZeroMemory(row.Pkcs8);
        }

        return keys.Length > 0 ? keys : throw Damaged(null);
    }

    /// <summary>What a start says that finds them so.</summary>
    internal static InvalidDataException Damaged(Exception? why) => new("The keys that sign tokens in the database are damaged; restore the database from a backup.", why);
}

/// <summary>One key. It has no words of its own, so that no message and no log can have its secret.</summary>
internal sealed class SigningKey
{
    private const int Bits = 2048;

    private SigningKey(RSA rsa, DateTimeOffset createdAt)
    {
        // RFC 7638 in spirit: the id follows from the public key, so that a client that cached it sees a change.
        Key = new RsaSecurityKey(rsa) { KeyId = Base64Url.EncodeToString(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()).AsSpan(0, 16)) };
        CreatedAt = createdAt;
    }

    /// <summary>The key itself.</summary>
    public RsaSecurityKey Key { get; }

    /// <summary>Since when it is published, in real time.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>A key that nobody had before.</summary>
    public static SigningKey New(DateTimeOffset now) => new(RSA.Create(Bits), now);

    /// <summary>The key of a PKCS #8 document.</summary>
    public static SigningKey Read(byte[] pkcs8, DateTimeOffset createdAt)
    {
        RSA rsa = RSA.Create();
        try
        {
            rsa.ImportPkcs8PrivateKey(pkcs8, out _);
        }
        catch (CryptographicException e)
        {
            throw SigningKeys.Damaged(e);
        }

        return new SigningKey(rsa, createdAt);
    }

    /// <summary>What everybody may know of it (RFC 7517).</summary>
    public JsonWebKey Public()
    {
        RSAParameters parameters = Key.Rsa.ExportParameters(includePrivateParameters: false);
        return new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.RSA,
            Use = "sig",
            Alg = SecurityAlgorithms.RsaSha256,
            Kid = Key.KeyId,
            N = Base64Url.EncodeToString(parameters.Modulus),
            E = Base64Url.EncodeToString(parameters.Exponent),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Key.KeyId;
}

/// <summary>The keys as they lie in the store.</summary>
internal sealed record SigningKeyList(int Version, IReadOnlyList<SigningKeyRow> Keys);

/// <summary>One of them; the bytes are Base64.</summary>
internal sealed class SigningKeyRow(DateTimeOffset createdAt, byte[] pkcs8)
{
    /// <summary>Since when it is published.</summary>
    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>The private key (PKCS #8).</summary>
    public byte[] Pkcs8 { get; } = pkcs8;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SigningKeyList))]
internal sealed partial class SigningKeyJson : JsonSerializerContext;
