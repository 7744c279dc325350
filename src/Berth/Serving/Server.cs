using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Berth.Certificates;
using Berth.Cluster;
using Berth.Clustering;
using Berth.CommandLine;
using Berth.Demo;
using Berth.Graph;
using Berth.Graph.Hosting;
using Berth.Graph.Notifications;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Telling;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Notifications;
using Berth.SetUp;
using Berth.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Forwarder;
using Route = Berth.Graph.Routes.Route;

namespace Berth.Serving;

/// <summary>The serving process from its start to its drained end.</summary>
internal static class Server
{
    /// <summary>Serves until cancelled; the result is the exit code.</summary>
    public static async Task<int> Run(ServeOptions options, CancellationToken cancellation)
    {
        try
        {
            await ServeAsync(options, cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }
        catch (Exception e) when (e is StartRefusedException or LedgerRefusedException or JournalDamagedException or InvalidDataException or WriteFailedException or DatabaseAwayException)
        {
            await Console.Error.WriteLineAsync($"berth: {e.Message}").ConfigureAwait(false);
            return ExitCode.BadUsage;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Told to go before it was up: nothing was promised yet.
            return ExitCode.Done;
        }
    }

    private static async Task ServeAsync(ServeOptions options, CancellationToken cancellation)
    {
        TimeProvider time = TimeProvider.System;
        DataFolder folder = DataFolder.Open(options.DataFolder);
        await using LedgerDoor ledger = options switch
        {
            { Cluster: not null, Database: { } shared } => LedgerDoor.OpenShared(await ClusterStart.OpenAsync(shared, options.Demo ? options.Seed : null, time, cancellation).ConfigureAwait(false), time),
            { Database: { } database } => LedgerDoor.Open(PostgresStore.Open(database), time, JointIdentity.Values),
            _ => LedgerDoor.Open(SqliteStore.Open(folder.Database), time, JointIdentity.Values),
        };
        using SigningKeys keys = await SigningKeys.OpenAsync(ledger, time, cancellation).ConfigureAwait(false);
        using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, cancellation).ConfigureAwait(false);
        UserPasswords passwords = new(ledger);
        using Administrators administrators = await Administrators.OpenAsync(ledger, cancellation).ConfigureAwait(false);
        if (options.Demo)
        {
            DemoAccess access = new(apps, passwords, administrators, ClientCertificate.Open(folder, time));
            await (options.Cluster is null ? DemoTenant.MakeAsync(ledger, access, options.Seed, cancellation) : ClusterStart.AcceptDemoAsync(ledger, access, cancellation)).ConfigureAwait(false);
        }

        using ServerCertificate? certificate =
            options.Listen.Any(address => address.Scheme == Uri.UriSchemeHttps) ? ServerCertificate.Open(folder, time) : null;
        SetUpCode? setUp = (await ledger.ReadListAsync(cancellation).ConfigureAwait(false)).Count > 0 ? null : new SetUpCode();

        // The command line says everything: no settings file of the working folder, no variable of the environment opens another port.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, WebRootPath = "wwwroot" });
        Logs.Configure(builder.Logging, options.LogFormat, options.LogLevel);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, options, certificate));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ServerLimits.Drain);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(ledger);
        builder.Services.AddSingleton(apps);
        builder.Services.AddSingleton(passwords);
        builder.Services.AddSingleton(administrators);
        builder.Services.AddSingleton<IdentityBooks>();
        builder.Services.AddIdentity(keys, options.ExternalIssuer);
        builder.Services.AddRoutingCore();
        builder.Services.AddMeters();
        if (options.Collector is { } collector)
        {
            builder.Services.AddTraces(collector);
        }

        builder.Services.AddHostedService<DueWork>();
        if (options.Cluster is not null)
        {
            builder.Services.AddHttpForwarder();
        }

        await using WebApplication app = builder.Build();
        AccessTokens tokens = new(keys, time);
        using Meter meter = Metrics.Observe(ledger, tokens);
        using IDisposable unreadable = new UnreadableRequests(time).Listen(app.Services.GetRequiredService<DiagnosticListener>());
        ClusterNode? node = null;
        ListenerBooks? opened = null;
        IdentityRecord record = new(ledger);
        InstallationTenant installation = new(ledger);
        using NewTenants tenants = new(ledger, new FirstAdministrator(passwords, administrators), apps, installation, desk => SettleAsync(desk, node, opened));
        using DatabaseProbe probe = new(ledger, time);
        if (options.LogLevel <= LogLevel.Information)
        {
            ILogger requests = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Logs.Requests);
            app.Use(next => new RequestLog(requests, next).InvokeAsync);
        }

        app.Use(next => new HostNames(time, next).InvokeAsync);
        app.Use(next => new DatabaseAway(time, next).InvokeAsync);
        using ClusterEdge? edge = options.Cluster is null ? null : new ClusterEdge(
            await NodeMark.OpenAsync(ledger, cancellation).ConfigureAwait(false), new RequestTenant(new TenantList(ledger), apps), app.Services.GetRequiredService<WaitingDevices>(), app.Services.GetRequiredService<IHttpForwarder>(), time);
        if (edge is not null)
        {
            app.Use(next => context => edge.InvokeAsync(context, next));
        }

        Strangers strangers = new(time);
        app.Use(next => new StrangerLimit(strangers, time, next).InvokeAsync);
        app.Use(next => new SetUpEndpoint(setUp, ledger, tenants, time, next).InvokeAsync);

        // Graph comes first: what most requests want passes nothing else. OpenIddict comes last and sees identity paths only.
        (Route Route, InstallationAnswer Answer)[] beside =
        [
            .. new TenantsEndpoint(ledger, tenants, installation, record).Answers,
            .. new Applications(apps, record).Answers,
            .. new KeysEndpoint(keys, installation, record).Answers,
            .. new RolesEndpoint(ledger, administrators, record).Answers,
            (InstallationRoutes.AddCertificate, new ApplicationCertificates(apps, record, time).AnswerAsync),
        ];
        app.Use(next => new InstallationEndpoint(beside, ledger, tokens, time, next).InvokeAsync);
        using NotificationSender sender = new(time);
        using SubscriptionBooks subscriptions = new(ledger, new NotificationHosts(options.NotifyHosts), sender.HandshakeAsync);
        await subscriptions.OpenAsync(cancellation).ConfigureAwait(false);
        using AlertSender alerts = new(sender, options.Mail is { } mail ? new LetterSender(mail, time) : null, time);
        using ListenerBooks listeners = new(ledger, subscriptions.Hosts, options.Mail is not null, alerts.SendAsync);
        await listeners.OpenAsync(cancellation).ConfigureAwait(false);
        opened = listeners;
        TenantMemories memories = new();
        ledger.Farewell = async tenant =>
        {
            await listeners.CloseAsync(tenant).ConfigureAwait(false);
            await subscriptions.CloseAsync(tenant).ConfigureAwait(false);
            await apps.ForgetTenantAsync(tenant).ConfigureAwait(false);
            await administrators.ForgetTenantAsync(tenant).ConfigureAwait(false);
            memories.Forget(tenant);
        };
        PasswordDoor passwordDoor = new(administrators.Has, passwords.KeepAsync) { IsPrivileged = administrators.IsPrivileged, GlobalAdministrators = administrators.GlobalAdministrators };
        app.UseGraph(ledger.Find, new StandingTokens(apps, tokens, strangers).AuthenticateAsync, time, subscriptions, passwordDoor, listeners, options.HasQuotas, memories);
        app.Use(next => new Health(ledger, probe, edge is null ? null : () => node is { IsIn: true }, app.Lifetime, next).InvokeAsync);
        app.UseOpenTelemetryPrometheusScrapingEndpoint();
        app.Use(next => new PortalFiles(app, next).InvokeAsync);
        app.UseIdentity();

        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (ListeningProblem(e) is not null)
        {
            throw new StartRefusedException(ListeningProblem(e)!, e);
        }

        // Told from here on: what a receiver asks back is answered.
        await using NotificationDelivery delivery = new(subscriptions, sender, time, app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Berth.Notifications"));
        await using AlertDelivery telling = new(listeners, time, app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Berth.Alerts"));
        Uri[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(text => new Uri(text))];
        app.Services.GetRequiredService<OwnAddresses>().ListensOn(addresses);
        if (edge is null || options.Cluster is not { } cluster)
        {
            await Greeting.WriteAsync(options, addresses, ledger, setUp).ConfigureAwait(false);
            await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
            return;
        }

        Uri url = cluster.NodeUrl ?? addresses.First(address => address.Scheme == Uri.UriSchemeHttp);
        ClusterSettings settings = new(url, new IPEndPoint(await ClusterOptions.AddressOfAsync(url, cancellation).ConfigureAwait(false), cluster.SiloPort));
        TenantGuests guests = new(new IdentityBooks(apps, administrators, keys), subscriptions, listeners);
        await using ClusterNode joined = await ClusterNode.JoinAsync(
            settings, ledger, options.Database!, guests, app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Berth.Cluster"), cancellation).ConfigureAwait(false);
        node = joined;
        edge.Open(joined);
        await Greeting.WriteAsync(options, addresses, ledger, setUp, joined).ConfigureAwait(false);
        await ClusterStart.StayAsync(app, joined, cancellation).ConfigureAwait(false);
    }

    // Where there are several nodes, a new tenant is served here for now; and whoever is told of its alerts is followed from its first day.
    private static async Task SettleAsync(TenantDesk desk, ClusterNode? node, ListenerBooks? listeners)
    {
        if (node is not null)
        {
            await node.KeepAsync(desk, CancellationToken.None).ConfigureAwait(false);
        }
        else if (listeners is not null)
        {
            await listeners.OfAsync(desk, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static void Configure(KestrelServerOptions kestrel, ServeOptions options, ServerCertificate? certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = ServerLimits.Connections;
        kestrel.Limits.RequestHeadersTimeout = ServerLimits.RequestHeaders;
        kestrel.Limits.KeepAliveTimeout = ServerLimits.KeepAlive;
        kestrel.Limits.MaxRequestLineSize = ServerLimits.RequestLine;
        kestrel.Limits.MaxRequestHeadersTotalSize = ServerLimits.RequestHeadersTotal;
        kestrel.Limits.MaxRequestHeaderCount = ServerLimits.RequestHeaderCount;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(ServerLimits.SlowestBody, ServerLimits.BodyGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(ServerLimits.SlowestAnswer, ServerLimits.BodyGrace);
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;

        // Every route reads its body up to a limit of its own; this one is that of the largest.
        kestrel.Limits.MaxRequestBodySize = GraphLimits.ImportBytes;
        foreach (ListenAddress address in options.Listen)
        {
            switch (address.Host)
            {
                case ListenAddress.EveryInterface:
                    kestrel.ListenAnyIP(address.Port, Listen);
                    break;
                case "localhost" when address.Port != 0:
                    kestrel.ListenLocalhost(address.Port, Listen);
                    break;
                case "localhost":
                    kestrel.Listen(IPAddress.Loopback, 0, Listen);
                    break;
                default:
                    kestrel.Listen(IPAddress.Parse(address.Host), address.Port, Listen);
                    break;
            }

            void Listen(ListenOptions listen)
            {
                // No streams to open and reset by the thousand (B762).
                listen.Protocols = HttpProtocols.Http1;
                if (address.Scheme == Uri.UriSchemeHttps)
                {
                    listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificate!.Current);
                }

                UnreadableRequests.At(listen);
            }
        }
    }

    // Kestrel tells of an address it cannot have in several ways; every one is a matter for the person at the console.
    private static string? ListeningProblem(Exception e) => e switch
    {
        AddressInUseException => $"{e.Message} Stop the other program or choose another address with --urls or --https.",
        IOException { InnerException: AddressInUseException } => $"{e.Message} Stop the other program or choose another address with --urls or --https.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "not allowed to listen on this port; choose one above 1023 with --urls or --https.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "this machine does not have the address to listen on; choose another with --urls or --https.",
        IOException { InnerException: SocketException inner } => ListeningProblem(inner),
        _ => null,
    };
}
