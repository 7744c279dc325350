using Berth.Ledger.Stores;

namespace Berth.Ledger.Transfer;

/// <summary>Marks a tenant while it is imported: an import that was killed leaves a journal that ends too early and looks whole (B708).</summary>
internal static class UnfinishedImport
{
    private const string Beginning = "import/";

    private static string NameOf(Guid tenant) => $"{Beginning}{tenant:D}";

    /// <summary>Whether a name is that of a mark.</summary>
    public static bool IsName(string name) => name.StartsWith(Beginning, StringComparison.Ordinal);

    /// <summary>Whether a tenant has the mark.</summary>
    public static bool Is(IJournalStore store, Guid tenant) => store.ReadBlobAsync(NameOf(tenant), CancellationToken.None).AsTask().GetAwaiter().GetResult() is { Length: > 0 };

    /// <summary>Every tenant that has the mark.</summary>
    public static IReadOnlyList<Guid> All(IJournalStore store) =>
    [
        .. store.ReadBlobsAsync(Beginning, CancellationToken.None).AsTask().GetAwaiter().GetResult().Where(static one => one.Value.Length > 0).Select(static one => Guid.ParseExact(one.Name.AsSpan(Beginning.Length), "D")),
    ];

    /// <summary>Sets the mark.</summary>
    public static ValueTask SetAsync(IJournalStore store, Guid tenant) => store.WriteBlobAsync(NameOf(tenant), new byte[] { 1 }, CancellationToken.None);

    /// <summary>What takes the mark away, to be written together with whatever comes last.</summary>
    public static (string Name, ReadOnlyMemory<byte> Value) Gone(Guid tenant) => (NameOf(tenant), ReadOnlyMemory<byte>.Empty);
}
