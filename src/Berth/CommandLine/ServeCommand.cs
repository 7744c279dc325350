using System.CommandLine;
using System.CommandLine.Parsing;
using Berth.Cluster;
using Berth.Clustering;
using Berth.Ledger.Stores;
using Berth.Serving;
using Berth.Telemetry;

namespace Berth.CommandLine;

/// <summary><c>berth serve</c>: what may be said on the command line, checked before anything of the server is touched.</summary>
internal static class ServeCommand
{
    /// <summary>Where the server listens when nothing is said.</summary>
    public const string DefaultUrls = "http://127.0.0.1:5365";

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        Option<bool> demo = new("--demo") { Description = "Create, once, a demo tenant with a small company; loopback only." };
        Option<string> seed = new("--seed")
        {
            Description = "What the demo tenant holds: contoso, or none (only its admin and client).",
            DefaultValueFactory = _ => "contoso",
        };
        seed.AcceptOnlyFromAmong("contoso", "none");
        Option<string> urls = new("--urls")
        {
            Description = "Where to listen with plain http; several are separated by ';'. Port 0 picks a free one.",
            DefaultValueFactory = _ => DefaultUrls,
        };
        Option<string?> https = new("--https")
        {
            Description = "Where to listen with TLS, such as https://localhost:5366; a local CA and certificate are made on first start.",
        };
        Option<string[]> notify = new("--notify-host")
        {
            Description = "A host, beside this machine, that change notifications may be sent to, by https; may be given several times.",
        };
        Option<string?> otlp = new("--otlp")
        {
            Description = "A collector that takes traces by OTLP over HTTP, such as http://127.0.0.1:4318; without one nothing is traced.",
            HelpName = "URL",
        };
        Option<string> throttle = new("--throttle")
        {
            Description = "graph gives every application and tenant the quotas of Microsoft's directory and answers with 429 beyond them; none gives as much as there is.",
            DefaultValueFactory = _ => "none",
        };
        throttle.AcceptOnlyFromAmong("none", "graph");
        Option<string> logFormat = new("--log-format") { Description = "How the log is written: text, or json, an object a line.", DefaultValueFactory = _ => "text" };
        logFormat.AcceptOnlyFromAmong("text", "json");
        Option<string> logLevel = new("--log-level")
        {
            Description = "The least grave lines of the log: error, warning, or information, with a line for each request.",
            DefaultValueFactory = _ => "warning",
        };
        logLevel.AcceptOnlyFromAmong("error", "warning", "information");
        Option<string?> config = new(ServeSettings.FileOption)
        {
            Description = "A file of JSON with these options in it, such as {\"urls\": \"http://127.0.0.1:5365\"}. BERTH_URLS and its like go before the file, the command line before both.",
            HelpName = "FILE",
        };
        Option<string?> data = new("--data") { Description = "The folder of the database, keys and local CA (default: your user's data folder)." };
        Option<string?> db = DatabaseOption.Create();

        Option<bool> cluster = new("--cluster") { Description = "Be one node of a cluster: share the database of --db with other nodes, and the tenants with them." };
        Option<string?> nodeUrl = new("--node-url")
        {
            Description = "Where the other nodes of the cluster reach this one by plain http (default: the first address of --urls); nobody else should reach nodes there.",
            HelpName = "URL",
        };
        Option<int> siloPort = new("--silo-port")
        {
            Description = $"The port, at the host of --node-url, on which nodes tell each other that they live; 0 picks a free one (default: {ClusterLimits.SiloPort}).",
            HelpName = "PORT",
            DefaultValueFactory = _ => ClusterLimits.SiloPort,
        };

        Command serve = new("serve", "Serve Microsoft Graph until SIGTERM or Ctrl-C.") { demo, seed, urls, https, notify, data, db, cluster, nodeUrl, siloPort, throttle, otlp, logFormat, logLevel, config };
        OidcOptions oidc = new();
        oidc.AddTo(serve);
        MailOptions mail = new();
        mail.AddTo(serve);
        serve.Validators.Add(result =>
        {
            DatabaseOption.Check(result, db);
            CheckCluster(result, result.GetValue(cluster), result.GetResult(db) is { Implicit: false }, (nodeUrl, siloPort), result.GetValue(urls) ?? DefaultUrls);

            if (result.GetResult(seed) is { Implicit: false } && !result.GetValue(demo))
            {
                result.AddError("--seed says what the demo tenant holds; it needs --demo.");
            }

            if (result.GetResult(data) is { Implicit: false } && string.IsNullOrWhiteSpace(result.GetValue(data)))
            {
                result.AddError("--data: the folder's name is empty.");
            }

            if (result.GetValue(otlp) is { } collector && !IsCollector(collector))
            {
                result.AddError("--otlp: this is not the address of a collector, such as http://127.0.0.1:4318; a query and a name with a password do not belong to it.");
            }

            foreach (string host in (result.GetValue(notify) ?? []).Where(host => Uri.CheckHostName(host) != UriHostNameType.Dns))
            {
                result.AddError($"--notify-host: '{host}' is not the name of a host, such as hooks.example.com; scheme, port and path do not belong to it.");
            }

            bool loopbackOnly = result.GetValue(demo);
            Check(ListenAddress.ParseAll(result.GetValue(urls) ?? DefaultUrls, Uri.UriSchemeHttp, "--urls"));
            if (result.GetValue(https) is { } address)
            {
                Check(ListenAddress.ParseAll(address, Uri.UriSchemeHttps, "--https"));
            }

            void Check((IReadOnlyList<ListenAddress> Addresses, string? Error) parsed)
            {
                if (parsed.Error is not null)
                {
                    result.AddError(parsed.Error);
                }

                foreach (ListenAddress listen in parsed.Addresses.Where(listen => loopbackOnly && !listen.IsLoopback))
                {
                    result.AddError($"--demo accepts a well-known secret, so it listens on loopback only; {listen.Text} is not loopback. Use 127.0.0.1 or localhost.");
                }
            }
        });
        serve.SetAction((parsed, cancellation) =>
        {
            ServeOptions options = new(
                parsed.GetValue(demo),
                parsed.GetValue(seed) == "contoso" ? DemoSeed.Contoso : DemoSeed.None,
                [
                    .. ListenAddress.ParseAll(parsed.GetValue(urls)!, Uri.UriSchemeHttp, "--urls").Addresses,
                    .. parsed.GetValue(https) is { } address ? ListenAddress.ParseAll(address, Uri.UriSchemeHttps, "--https").Addresses : [],
                ],
                parsed.GetValue(notify) ?? [],
                Path.GetFullPath(parsed.GetValue(data) ?? DefaultDataFolder()),
                parsed.GetValue(db) is { } connection ? PostgresAddress.Read(connection) : null)
            {
                ExternalIssuer = oidc.Read(parsed),
                Mail = mail.Read(parsed),
                Cluster = parsed.GetValue(cluster) ? new ClusterOptions(parsed.GetValue(nodeUrl) is { } url ? new Uri(url) : null, parsed.GetValue(siloPort)) : null,
                Collector = parsed.GetValue(otlp) is { } collector ? new Uri(collector) : null,
                HasQuotas = parsed.GetValue(throttle) == "graph",
                LogFormat = parsed.GetValue(logFormat) == "json" ? LogFormat.Json : LogFormat.Text,
                LogLevel = Enum.Parse<LogLevel>(parsed.GetValue(logLevel)!, ignoreCase: true),
            };
            return Server.Run(options, cancellation);
        });
        return serve;
    }

    // B711
    private static void CheckCluster(CommandResult result, bool isNode, bool hasDatabase, (Option<string?> NodeUrl, Option<int> SiloPort) options, string urls)
    {
        bool namesNode = result.GetResult(options.NodeUrl) is { Implicit: false };
        if (!isNode)
        {
            if (namesNode || result.GetResult(options.SiloPort) is { Implicit: false })
            {
                result.AddError("--node-url and --silo-port are about a node of a cluster; they need --cluster.");
            }

            return;
        }

        if (!hasDatabase)
        {
            result.AddError("--cluster shares a PostgreSQL database; name it with --db.");
        }

        if (result.GetValue(options.SiloPort) is < 0 or > 65535)
        {
            result.AddError("--silo-port must be 0 to 65535.");
        }

        if (namesNode)
        {
            string text = result.GetValue(options.NodeUrl) ?? "";
            if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/" || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            {
                result.AddError($"--node-url: '{text}' is not an address such as http://10.0.0.5:5365; path, query and user do not belong to it.");
            }
        }
        else if (ListenAddress.ParseAll(urls, Uri.UriSchemeHttp, "--urls").Addresses is [{ } first, ..] && (first.Host is ListenAddress.EveryInterface or "0.0.0.0" or "::"))
        {
            result.AddError($"--node-url is missing: {first.Text} is every address of this machine, and the other nodes need one of them.");
        }
    }

    private static bool IsCollector(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri is { Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0 };

    /// <summary>The data folder when none is named.</summary>
    internal static string DefaultDataFolder() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "berth");
}
