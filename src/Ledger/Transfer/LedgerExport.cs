using Berth.Engine;
using Berth.Ledger.Stores;

namespace Berth.Ledger.Transfer;

/// <summary>
/// The named values that hold something of several tenants in one, such as the list of applications. Whoever keeps them knows how to take them apart (B707).
/// </summary>
/// <param name="Names">Their names.</param>
/// <param name="Pick">Of a value with a name, what belongs to a tenant; null when nothing does.</param>
/// <param name="Merge">A value with a name as it is (or null), with what belongs to a tenant in place of what it had of it.</param>
/// <param name="Drop">A value with a name without what belongs to a tenant; null when nothing does.</param>
public sealed record JointValues(
    IReadOnlyCollection<string> Names, Func<string, byte[], Guid, byte[]?> Pick, Func<string, byte[]?, byte[], Guid, byte[]?> Merge, Func<string, byte[], Guid, byte[]?> Drop);

/// <summary>Writes tenants to a file, also beside a process that serves them: a journal only grows, so what it has up to an event stays as it is (B706, B707).</summary>
public static class LedgerExport
{
    /// <summary>What a file got.</summary>
    /// <param name="Tenants">Its tenants with their newest event in the file.</param>
    public sealed record Outcome(IReadOnlyList<(Guid Tenant, long Version)> Tenants);

    /// <summary>Writes everything that a store holds at this moment.</summary>
    public static async Task<Outcome> WriteAsync(IJournalStore store, Stream to, CancellationToken cancel)
    {
        using IJournalStore moment = store.HoldMoment();
        using TransferFile.Writer file = new(to, cancel);
        await file.BeginAsync(isEverything: true).ConfigureAwait(false);
        List<(Guid, long)> tenants = [];
        IReadOnlyList<Guid> gone = GoneTenant.All(moment);
        foreach (Guid tenant in moment.Tenants())
        {
            Refuse(moment, tenant);
            if (gone.Contains(tenant))
            {
                continue;
            }

            long version = await moment.FindSequenceAsync(tenant, long.MaxValue, cancel).ConfigureAwait(false);
            if (version > 0)
            {
                await WriteTenantAsync(moment, file, tenant, version, withAnswers: true, cancel).ConfigureAwait(false);
                tenants.Add((tenant, version));
            }
        }

        foreach (string name in moment.BlobNames().Where(name => IsKept(name, gone)))
        {
            await PutAsync(file, name, (await moment.ReadBlobAsync(name, cancel).ConfigureAwait(false))!).ConfigureAwait(false);
        }

        await file.EndAsync().ConfigureAwait(false);
        return new Outcome(tenants);
    }

    /// <summary>Writes one tenant as it is at this moment, with what else belongs to it (B751).</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="to">The file.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="version">The tenant as it was then (B709), without the answers that were remembered since; null for all of it.</param>
    /// <param name="shared">How values of several tenants are taken apart.</param>
    /// <param name="cancel">Ends the writing.</param>
    /// <param name="begin">Hears the version that the file has, before its first byte.</param>
    /// <exception cref="LedgerRefusedException">There is no such tenant, or it was not at that version.</exception>
    public static async Task<Outcome> WriteAsync(
        IJournalStore store, Stream to, Guid tenant, long? version, JointValues shared, CancellationToken cancel, Func<long, Task>? begin = null)
    {
        using IJournalStore moment = store.HoldMoment();
        Refuse(moment, tenant);
        long newest = moment.Tenants().Contains(tenant) && !GoneTenant.Is(moment, tenant) ? await moment.FindSequenceAsync(tenant, long.MaxValue, cancel).ConfigureAwait(false) : 0;
        if (newest == 0)
        {
            throw new LedgerRefusedException($"There is no tenant {tenant} in this database.");
        }

        if (version is < 1 || version > newest)
        {
            throw new LedgerRefusedException($"Tenant {tenant} has versions 1 to {newest}; {version} is none of them.");
        }

        await (begin?.Invoke(version ?? newest) ?? Task.CompletedTask).ConfigureAwait(false);
        using TransferFile.Writer file = new(to, cancel);
        await file.BeginAsync(isEverything: false).ConfigureAwait(false);
        await WriteTenantAsync(moment, file, tenant, version ?? newest, withAnswers: version is null, cancel).ConfigureAwait(false);

        // Of the values of other tenants none is read, however many there are.
        foreach (string name in moment.BlobNames().Where(name => IsKept(name, []) && (GoneTenant.IsOwn(name, tenant) || shared.Names.Contains(name))))
        {
            byte[] value = (await moment.ReadBlobAsync(name, cancel).ConfigureAwait(false))!;
            if ((GoneTenant.IsOwn(name, tenant) ? value : shared.Pick(name, value, tenant)) is { } part)
            {
                await PutAsync(file, name, part).ConfigureAwait(false);
            }
        }

        await file.EndAsync().ConfigureAwait(false);
        return new Outcome([(tenant, version ?? newest)]);
    }

    // Marks are of this store; what is left of a tenant that is to be gone goes nowhere (B743).
    private static bool IsKept(string name, IReadOnlyList<Guid> gone) =>
        name != LedgerDoor.ProbeName && !UnfinishedImport.IsName(name) && !GoneTenant.IsName(name) && !gone.Any(tenant => GoneTenant.IsOwn(name, tenant));

    private static void Refuse(IJournalStore store, Guid tenant)
    {
        if (UnfinishedImport.Is(store, tenant))
        {
            throw new LedgerRefusedException($"The import of tenant {tenant} was not finished, so there is nothing whole to export.");
        }
    }

    private static async Task WriteTenantAsync(IJournalStore store, TransferFile.Writer file, Guid tenant, long version, bool withAnswers, CancellationToken cancel)
    {
        await file.PutAsync(TransferFile.Kind.Tenant, content => content.Write(tenant.ToByteArray())).ConfigureAwait(false);
        long last = 0;
        foreach (JournalRow row in store.ReadFrom(tenant, 0).TakeWhile(row => row.Sequence <= version))
        {
            cancel.ThrowIfCancellationRequested();
            if (row.Sequence != last + 1)
            {
                throw new JournalDamagedException($"Event {last + 1} of tenant {tenant} is missing: event {row.Sequence} follows event {last}. Run 'berth db check'.");
            }

            await file.PutAsync(row).ConfigureAwait(false);
            last = row.Sequence;
        }

        foreach (AnswerRow row in withAnswers ? store.ReadAnswers(tenant) : [])
        {
            cancel.ThrowIfCancellationRequested();
            await file.PutAsync(row).ConfigureAwait(false);
        }
    }

    private static ValueTask PutAsync(TransferFile.Writer file, string name, byte[] value) => file.PutAsync(TransferFile.Kind.Blob, content =>
    {
        content.Write(name);
        content.Write(value);
    });
}
