using System.Buffers.Binary;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;

namespace Berth.Ledger;

/// <summary>
/// Marks a tenant that is to be gone (B743): one that was removed, until nothing is left of it, and one that is being made, until it is whole. Whoever opens the database and finds
/// the mark takes away what is left, so that a process may be killed at any moment.
/// </summary>
internal static class GoneTenant
{
    private const string Beginning = "gone/";

    /// <summary>Rows of each kind, or named values, that are deleted between two commits.</summary>
    public const int AtOnce = 256;

    /// <summary>The name of the mark.</summary>
    public static string NameOf(Guid tenant) => $"{Beginning}{tenant:D}";

    /// <summary>Whether a name is that of a mark.</summary>
    public static bool IsName(string name) => name.StartsWith(Beginning, StringComparison.Ordinal);

    /// <summary>The mark itself: who is to take it away again; 0 for nobody.</summary>
    public static byte[] ValueOf(long maker)
    {
        byte[] value = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(value, maker);
        return value;
    }

    /// <summary>Every tenant that has the mark.</summary>
    public static IReadOnlyList<Guid> All(IJournalStore store) => [.. store.BlobNames(Beginning).Select(name => Guid.ParseExact(name.AsSpan(Beginning.Length), "D"))];

    /// <summary>Whether a tenant has the mark.</summary>
    public static bool Is(IJournalStore store, Guid tenant) => ReadMakerAsync(store, tenant).AsTask().GetAwaiter().GetResult() is not null;

    /// <summary>Who made the tenant when it got the mark; 0 when it was removed, null when it has none.</summary>
    public static async ValueTask<long?> ReadMakerAsync(IJournalStore store, Guid tenant) =>
        await store.ReadBlobAsync(NameOf(tenant), CancellationToken.None).ConfigureAwait(false) is { Length: sizeof(long) } value ? BinaryPrimitives.ReadInt64LittleEndian(value) : null;

    /// <summary>The names of the values that are a tenant's alone, but for the mark: they have its id in them.</summary>
    public static IEnumerable<string> OwnNames(IJournalStore store, Guid tenant) => store.BlobNames().Where(name => IsOwn(name, tenant) && !IsName(name));

    /// <summary>Whether a named value is a tenant's alone.</summary>
    public static bool IsOwn(string name, Guid tenant) => name.Contains(tenant.ToString("N"), StringComparison.Ordinal) || name.Contains(tenant.ToString("D"), StringComparison.Ordinal);

    /// <summary>Takes away what is left of every tenant with the mark, for a process that has the store to itself.</summary>
    /// <param name="store">The store.</param>
    /// <param name="joint">How values of several tenants are taken apart.</param>
    public static void FinishAll(IJournalStore store, JointValues joint)
    {
        foreach (Guid tenant in All(store))
        {
            Claim claim = store.TakeEpoch(tenant);
            foreach (string name in joint.Names)
            {
                byte[]? value = store.ReadBlobAsync(name, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                if (value is not null && joint.Drop(name, value, tenant) is { } rest)
                {
                    store.WriteBlobAsync(name, rest, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                }
            }

            while (store.Erase(claim, AtOnce) > 0)
            {
            }

            store.Clear(claim);
            foreach (string[] names in OwnNames(store, tenant).Chunk(AtOnce))
            {
                store.DeleteBlobs(names);
            }

            store.DeleteBlobs([NameOf(tenant)]);
        }
    }
}
