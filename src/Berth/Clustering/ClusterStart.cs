using System.Diagnostics;
using Berth.Cluster;
using Berth.Demo;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Serving;

namespace Berth.Clustering;

/// <summary>
/// The way of a node to the shared database. The first one has it to itself for a moment and makes everything there that must be there once: newest tables, the key that signs tokens, the list of
/// tenants, the demo's company (B711). Those that come meanwhile wait.
/// </summary>
internal static class ClusterStart
{
    /// <summary>How long a node waits for the first one.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens the database together with the other nodes.</summary>
    /// <exception cref="LedgerRefusedException">It cannot be opened here; the message says why.</exception>
    public static async Task<PostgresStore> OpenAsync(PostgresAddress database, DemoSeed? demo, TimeProvider time, CancellationToken cancel)
    {
        for (long began = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause, time, cancel).ConfigureAwait(false))
        {
            if (PostgresStore.TryOpen(database) is { } alone)
            {
                await PrepareAsync(alone, demo, time, cancel).ConfigureAwait(false);
            }

            TimeSpan left = Patience - Stopwatch.GetElapsedTime(began);
            try
            {
                return PostgresStore.Join(database, TimeSpan.Zero);
            }
            catch (LedgerRefusedException) when (left > TimeSpan.Zero)
            {
                // Another node prepares it just now.
            }
        }
    }

    /// <summary>Accepts the demo's client, which was made by the first node.</summary>
    /// <exception cref="StartRefusedException">The cluster has no demo.</exception>
    public static async Task AcceptDemoAsync(LedgerDoor ledger, DemoAccess access, CancellationToken cancel)
    {
        if ((await ledger.ReadListAsync(cancel).ConfigureAwait(false)).All(profile => profile.Id != DemoTenant.Id))
        {
            throw new StartRefusedException("the other nodes of this cluster run without --demo, and only a node that is alone makes the demo tenant. Stop them, or leave --demo out.");
        }

        DemoTenant.Accept(access);
    }

    /// <summary>Serves until it is told to go. Then the tenants go first, while requests are still taken and sent after them, and the server goes last (B716).</summary>
    public static async Task StayAsync(WebApplication app, ClusterNode node, CancellationToken cancel)
    {
        Task told = Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(cancel, app.Lifetime.ApplicationStopping).Token);
        await Task.WhenAny(told, node.Broken).ConfigureAwait(false);
        await node.LeaveAsync().ConfigureAwait(false);
        if (node.Broken.IsCompletedSuccessfully)
        {
            throw new StartRefusedException(await node.Broken.ConfigureAwait(false));
        }

        await Task.Delay(EdgeLimits.Linger, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task PrepareAsync(PostgresStore alone, DemoSeed? demo, TimeProvider time, CancellationToken cancel)
    {
        await using LedgerDoor ledger = demo is not null || alone.IsListIncomplete() ? LedgerDoor.Open(alone, time, JointIdentity.Values) : LedgerDoor.OpenShared(alone, time);
        using SigningKeys keys = await SigningKeys.OpenAsync(ledger, time, cancel).ConfigureAwait(false);
        await NodeMark.OpenAsync(ledger, cancel).ConfigureAwait(false);
        if (demo is { } seed)
        {
            await DemoTenant.MakeAsync(ledger, seed, cancel).ConfigureAwait(false);
        }
    }
}
