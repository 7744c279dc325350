using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Berth.Cluster.Membership;
using Berth.Cluster.Placement;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Berth.Cluster;

/// <summary>
/// This process as one node of a cluster: it says that it lives, takes the tenants that come to it, tells where the others are, and comes back by itself when the others had given it up (B717).
/// For any number of threads.
/// </summary>
public sealed partial class ClusterNode : IAsyncDisposable
{
    private readonly ClusterSettings _settings;
    private readonly LedgerDoor _ledger;
    private readonly X509Certificate2 _certificate;
    private readonly NpgsqlDataSource _database;
    private readonly ILogger _log;
    private readonly TenantHold _hold;
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _tending;
    private readonly Task _belonging;
    private long _steadySince;
    private long _sameSince;
    private volatile IGrainFactory? _grains;
    private volatile IClusterMembershipService? _membership;
    private volatile SiloAddress? _here;
    private volatile NodeNews _news = new(new Dictionary<Guid, TenantPlace>(), new Dictionary<long, NodePlace>(), []);

    private ClusterNode(ClusterSettings settings, LedgerDoor ledger, PostgresAddress database, ITenantGuests guests, X509Certificate2 certificate, ILogger log)
    {
        (_settings, _ledger, _certificate, _log) = (settings, ledger, certificate, log);
        _database = database.Pool();
        _hold = new TenantHold(ledger, settings.Url, guests);
        _tending = Task.Run(TendAsync);
        _belonging = Task.Run(BelongAsync);
    }

    /// <summary>Ends when this node can serve no more, with the reason: it should be started again.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>Where the other nodes reach this one.</summary>
    public Uri Url => _settings.Url;

    /// <summary>Whether this node is in and takes tenants.</summary>
    public bool IsIn => _grains is not null && _hold.IsValid && !_hold.IsLeaving;

    /// <summary>Whether this node is on its way out.</summary>
    public bool IsLeaving => _hold.IsLeaving;

    /// <summary>How many tenants are here, and how many nodes live, this one among them.</summary>
    public (int Tenants, int Nodes) Counts => (_hold.Tenants.Count(), _news.Nodes.Count);

    /// <summary>Joins the cluster of a database; done when this node is in.</summary>
    /// <param name="settings">What the node says of itself.</param>
    /// <param name="ledger">Its ledger, opened shared.</param>
    /// <param name="database">The database of the ledger.</param>
    /// <param name="guests">What else lives here as long as a tenant does.</param>
    /// <param name="log">Told who comes and goes.</param>
    /// <param name="cancel">Ends the trying.</param>
    public static async Task<ClusterNode> JoinAsync(ClusterSettings settings, LedgerDoor ledger, PostgresAddress database, ITenantGuests guests, ILogger log, CancellationToken cancel)
    {
        ClusterNode node = new(settings, ledger, database, guests, await NodeCertificate.OpenAsync(ledger, cancel).ConfigureAwait(false), log);
        try
        {
            await (await Task.WhenAny(node._joined.Task, node._broken.Task).WaitAsync(cancel).ConfigureAwait(false)).ConfigureAwait(false);
            return node._joined.Task.IsCompletedSuccessfully ? node : throw new LedgerRefusedException(await node._broken.Task.ConfigureAwait(false));
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Enters a tenant that this node has; null when it has it not. Whoever is inside holds up that it is given up, until the visit is disposed.</summary>
    public ValueTask<IDisposable?> EnterAsync(Guid tenant, CancellationToken cancel) => _hold.EnterAsync(tenant, cancel);

    /// <summary>Whether the answer that was made in a tenant may go out: at once, but where this node has not said for a while that it lives (B713).</summary>
    public ValueTask<bool> MayAnswerAsync(Guid tenant, CancellationToken cancel) => _hold.IsValid ? ValueTask.FromResult(true) : _hold.IsStillValidAsync(tenant, cancel);

    /// <summary>Whether the node that is reached at an address is said to live.</summary>
    public bool Lives(Uri url) => _news.Nodes.Values.Any(node => node.Url == url);

    /// <summary>Where the other members are reached.</summary>
    public IReadOnlyList<Uri> Others => [.. _news.Nodes.Where(node => node.Key != _ledger.Node && node.Value.Silo.Length > 0).Select(node => node.Value.Url)];

    /// <summary>Takes no further tenant and hands over what is here; done when everything is with others, or nobody is there to take it (B716).</summary>
    public async Task LeaveAsync()
    {
        _hold.TakeNoMore();
        if (_grains is { } grains && !_leaving.IsCancellationRequested && !_broken.Task.IsCompleted && _news.Nodes.Count > 1)
        {
            // The others hear of it first: then nobody brings a tenant back here.
            await Task.Delay(ClusterLimits.Known).ConfigureAwait(false);
            await Task.WhenAll(_hold.Tenants.Select(tenant => grains.GetGrain<ITenantGrain>(tenant).LeaveAsync().WaitAsync(ClusterLimits.Ask))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            for (long began = Stopwatch.GetTimestamp(); _hold.Tenants.Any() && Stopwatch.GetElapsedTime(began) < ClusterLimits.Drain;)
            {
                await Task.Delay(ClusterLimits.Look).ConfigureAwait(false);
            }
        }

        await _leaving.CancelAsync().ConfigureAwait(false);
        await _belonging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        await _tending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _ledger.LeaveAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is WriteFailedException or LedgerFencedException)
        {
            // The others find it out when this node's time is over.
        }

        await _database.DisposeAsync().ConfigureAwait(false);
        _certificate.Dispose();
        _leaving.Dispose();
        _ending.Dispose();
    }

    // Every node looks after the tenants that nobody has: whichever asks first brings them to life.
    private async Task TendAsync()
    {
        using PeriodicTimer timer = new(ClusterLimits.Tend);
        do
        {
            try
            {
                if (_ledger.Failure is { } failure)
                {
                    throw new LedgerFencedException(failure.Message, null, failure);
                }

                long began = Stopwatch.GetTimestamp();
                string silo = _grains is not null && !_hold.IsLeaving ? _here!.ToParsableString() : "";
                (NodeNews news, IReadOnlyList<TenantDesk> lost) = await _ledger.RenewAsync(_settings.Url, silo, _ending.Token).ConfigureAwait(false);
                _steadySince = _hold.IsValid ? _steadySince : began;
                foreach (TenantDesk desk in lost)
                {
                    LogLost(desk.Id);
                    await _hold.LoseAsync(desk).ConfigureAwait(false);
                    if (news.Tenants.ContainsKey(desk.Id))
                    {
                        _ = FindAsync(desk.Id, CancellationToken.None).AsTask();
                    }
                }

                foreach (Guid removed in _hold.Tenants.Where(tenant => !news.Tenants.ContainsKey(tenant) && _ledger.Find(tenant) is null))
                {
                    await _hold.DropAsync(removed).ConfigureAwait(false);
                }

                _hold.Renew(began);
                Tell(_news, news);
                bool isSweeping = _news.Nodes.Count == 0 || _news.Nodes.Keys.Any(number => !news.Nodes.ContainsKey(number));
                _news = news;
                if (isSweeping)
                {
                    _ = SweepAsync();
                }

                await GiveUpOnAsync(news.Silent).ConfigureAwait(false);
                Bring(news);
                Move();
            }
            catch (DatabaseAwayException e)
            {
                LogAway(e.Message);
            }
            catch (LedgerFencedException e)
            {
                _broken.TrySetResult(e.Message);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogTending(e);
            }
        }
        while (await timer.WaitForNextTickAsync(_ending.Token).ConfigureAwait(false));
    }

    // What a node that has gone was making or removing (B744).
    private async Task SweepAsync()
    {
        try
        {
            await _ledger.SweepAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is WriteFailedException or DatabaseAwayException or LedgerFencedException)
        {
            LogAway(e.Message);
        }
    }

    // Whom the database has not heard of for too long cannot answer for its tenants any more; only who was heard of all the time says so (B713).
    private async Task GiveUpOnAsync(IReadOnlyList<string> silent)
    {
        if (_membership is not { } membership || Stopwatch.GetElapsedTime(_steadySince) < LedgerDoor.Lease + LedgerDoor.Lease)
        {
            return;
        }

        foreach (SiloAddress silo in silent.Select(SiloAddress.FromParsableString).Where(silo => !silo.Equals(_here) && membership.CurrentSnapshot.GetSiloStatus(silo) == SiloStatus.Active))
        {
            await ((Task)membership.TryKill(silo)).WaitAsync(ClusterLimits.Ask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(NodeNews before, NodeNews now)
    {
        if (!before.Nodes.Select(node => (node.Key, node.Value.Silo)).Order().SequenceEqual(now.Nodes.Select(node => (node.Key, node.Value.Silo)).Order()))
        {
            _sameSince = Stopwatch.GetTimestamp();
        }

        foreach ((long number, NodePlace place) in before.Nodes.Where(node => !now.Nodes.ContainsKey(node.Key)))
        {
            LogGone(number, place.Url);
        }

        foreach ((long number, NodePlace place) in now.Nodes.Where(node => node.Key != _ledger.Node && !before.Nodes.ContainsKey(node.Key)))
        {
            LogCame(number, place.Url);
        }
    }

    // From one membership to the next: whom the others gave up, because they heard nothing of it, comes back as a new one (B717).
    private async Task BelongAsync()
    {
        while (!_leaving.IsCancellationRequested)
        {
            TaskCompletionSource<string> thrownOut = new(TaskCreationOptions.RunContinuationsAsynchronously);
            IHost silo = Build(thrownOut);
            try
            {
                using CancellationTokenSource starting = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
                starting.CancelAfter(ClusterLimits.Join + ClusterLimits.Join);
                await silo.StartAsync(starting.Token).WaitAsync(starting.Token).ConfigureAwait(false);
                _here = silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
                _membership = silo.Services.GetRequiredService<IClusterMembershipService>();
                _grains = silo.Services.GetRequiredService<IGrainFactory>();
                _joined.TrySetResult();
                string why = await thrownOut.Task.WaitAsync(_leaving.Token).ConfigureAwait(false);
                LogThrownOut(why);
            }
            catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                if (!_joined.Task.IsCompleted)
                {
                    _broken.TrySetResult($"This node cannot join the cluster: {e.Message} Is the port {_settings.Silo} free, and do the nodes reach each other there?");
                    await EndAsync(silo, graceful: false).ConfigureAwait(false);
                    return;
                }

                LogThrownOut(e.Message);
            }

            (_grains, _membership) = (null, null);
            await EndAsync(silo, graceful: !thrownOut.Task.IsCompleted).ConfigureAwait(false);

            // Whatever the membership did not see to in its end.
            await Task.WhenAll(_hold.Tenants.Select(_hold.GiveUpAsync)).ConfigureAwait(false);
        }
    }

    private static async Task EndAsync(IHost silo, bool graceful)
    {
        using CancellationTokenSource patience = new(graceful ? ClusterLimits.Parting : TimeSpan.Zero);
        await Task.Run(() => silo.StopAsync(patience.Token), CancellationToken.None).WaitAsync(ClusterLimits.Parting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(silo.Dispose, CancellationToken.None).WaitAsync(ClusterLimits.Parting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private IHost Build(TaskCompletionSource<string> thrownOut)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });

        // What Orleans says of itself is for its own developers; what matters is said here.
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ClusterLimits.Parting);
        builder.UseOrleans(silo =>
        {
            int port = _settings.Silo.Port == 0 ? FreePort(_settings.Silo.Address) : _settings.Silo.Port;
            silo.ConfigureEndpoints(_settings.Silo.Address, port, 0, listenOnAnyHostAddress: !IPAddress.IsLoopback(_settings.Silo.Address));
            silo.UseTls(tls => NodeCertificate.Require(tls, _certificate));
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("berth", "berth"));
            silo.Configure<SiloOptions>(options => options.SiloName = $"node-{_ledger.Node}");
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = ClusterLimits.Probe;
                membership.NumMissedProbesLimit = ClusterLimits.MissedProbes;
                membership.NumVotesForDeathDeclaration = 1;
                membership.TableRefreshTimeout = ClusterLimits.Refresh;
                membership.IAmAliveTablePublishTimeout = ClusterLimits.Alive;
                membership.NumMissedTableIAmAliveLimit = ClusterLimits.MissedAlive;
                membership.MaxJoinAttemptTime = ClusterLimits.Join;
                membership.DefunctSiloExpiration = ClusterLimits.Remembered;
                membership.DefunctSiloCleanupPeriod = ClusterLimits.Remembered;
            });
            silo.Services.AddSingleton<IMembershipTable>(new PostgresMembership(_database));
            silo.Services.AddSingleton<IFatalErrorHandler>(new ThrownOut(thrownOut));
            silo.Services.AddSingleton(_hold);
        });
        return builder.Build();
    }

    private static int FreePort(IPAddress address)
    {
        using TcpListener listener = new(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Orleans would end the process when the others have given it up.</summary>
    private sealed class ThrownOut(TaskCompletionSource<string> told) : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

        public void OnFatalException(object? sender, string? context, Exception? exception) => told.TrySetResult(context ?? exception?.Message ?? "for no reason given");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Number} at {Url} has come.")]
    private partial void LogCame(long number, Uri url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Number} at {Url} has gone.")]
    private partial void LogGone(long number, Uri url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tenant {Tenant} was taken over by another node.")]
    private partial void LogLost(Guid tenant);

    [LoggerMessage(Level = LogLevel.Information, Message = "The place of tenant {Tenant} is not known yet: {Message}")]
    private partial void LogNotFound(Guid tenant, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This node could not say that it lives: {Message}")]
    private partial void LogAway(string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The other nodes had given this one up; it comes back. {Why}")]
    private partial void LogThrownOut(string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking after the tenants failed; it is tried again.")]
    private partial void LogTending(Exception cause);
}
