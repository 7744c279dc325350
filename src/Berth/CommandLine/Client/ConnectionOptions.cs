using System.CommandLine;
using System.Text.RegularExpressions;
using Berth.CommandLine.Client.Tenants;
using Berth.Connect;
using Berth.Connect.Profiles;
using Berth.Demo;

namespace Berth.CommandLine.Client;

/// <summary>The options that every client command has.</summary>
internal sealed partial class ConnectionOptions
{
    /// <summary>Where the secret is read from; it is no option, because command lines are seen by others.</summary>
    public const string SecretVariable = "BERTH_CLIENT_SECRET";

    private const string DemoGraph = "http://127.0.0.1:5365";

    private readonly Option<string> _graph = new("--graph")
    {
        Description = "The Graph to talk to, such as https://graph.microsoft.com.",
        HelpName = "URL",
        DefaultValueFactory = _ => DemoGraph,
        Recursive = true,
    };

    private readonly Option<string> _tenant = new("--tenant")
    {
        Description = "The tenant: its id or one of its domains; or the name of one that was added (berth tenant list), whose copy is asked then.",
        HelpName = "ID",
        DefaultValueFactory = _ => $"{DemoTenant.Id}",
        Recursive = true,
    };

    private readonly Option<string> _client = new("--client-id")
    {
        Description = $"The application to sign in as; its secret is read from {SecretVariable}.",
        HelpName = "ID",
        DefaultValueFactory = _ => $"{DemoTenant.ClientId}",
        Recursive = true,
    };

    private readonly Option<string?> _authority = new("--authority")
    {
        Description = "Where tokens come from, when it is not what goes with --graph.",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "The data folder with the tenants that were added (default: your user's data folder).",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "text for people, json for programs.",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "text",
        Recursive = true,
    };

    /// <summary>The moment that a command which only reads looks back to, for those commands that offer it (B528).</summary>
    public Option<string?> AsOf { get; } = new("--as-of")
    {
        Description = "Read what was: a time such as 2026-01-31T08:00:00Z, or a version as 'berth history' tells it. Berth only.",
        HelpName = "WHEN",
    };

    /// <summary>The options, with the checks that need nothing but the command line.</summary>
    public ConnectionOptions()
    {
        _output.AcceptOnlyFromAmong("text", "json");
        _graph.Validators.Add(result => CheckAddress(result, result.GetValueOrDefault<string?>(), "--graph"));
        _authority.Validators.Add(result => CheckAddress(result, result.GetValueOrDefault<string?>(), "--authority"));
        _tenant.Validators.Add(result => CheckName(result, result.GetValueOrDefault<string?>(), "--tenant"));
        AsOf.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !Moment().IsMatch(text))
            {
                result.AddError($"--as-of: '{text}' is neither a time with its zone, such as 2026-01-31T08:00:00Z, nor a version.");
            }
        });
        _client.Validators.Add(result => CheckName(result, result.GetValueOrDefault<string?>(), "--client-id"));
    }

    /// <summary>Gives the options to a command and everything below it.</summary>
    public void AddTo(Command command)
    {
        command.Add(_graph);
        command.Add(_tenant);
        command.Add(_client);
        command.Add(_authority);
        command.Add(_data);
        command.Add(_output);
    }

    /// <summary>Whether the answer is for a program.</summary>
    public bool WantsJson(ParseResult parsed) => parsed.GetValue(_output) == "json";

    /// <summary>The tenants that were added.</summary>
    public TenantShelf Shelf(ParseResult parsed) => TenantOptions.ShelfOf(parsed.GetValue(_data));

    /// <summary>
    /// The name of the tenant that was added, when <c>--tenant</c> names one; null when a server is meant: with <c>--graph</c>, with an id or a domain, and without
    /// <c>--tenant</c>.
    /// </summary>
    /// <exception cref="ConnectFailedException">It can only be the name of a tenant, and there is none.</exception>
    public string? AddedTenant(ParseResult parsed)
    {
        if (parsed.GetResult(_tenant) is not { Implicit: false } || parsed.GetResult(_graph) is { Implicit: false } || parsed.GetResult(_authority) is { Implicit: false })
        {
            return null;
        }

        string name = parsed.GetValue(_tenant)!;
        return Shelf(parsed).Has(name) ? name
            : Guid.TryParse(name, out _) || name.Contains('.', StringComparison.Ordinal) || name is "common" or "organizations" ? null
            : Shelf(parsed).Read(name).Name;
    }

    /// <summary>The copy of the tenant that <c>--tenant</c> names; null when a server is meant.</summary>
    /// <exception cref="ConnectFailedException">There is no such tenant, or no copy of it yet.</exception>
    public CopyDoor? OpenCopy(ParseResult parsed, TimeProvider time) => AddedTenant(parsed) is { } name ? CopyDoor.Open(Shelf(parsed), name, time) : null;

    /// <summary>Where to and as whom.</summary>
    /// <exception cref="ConnectionFailedException">There is no secret to sign in with.</exception>
    public Connection Read(ParseResult parsed)
    {
        Uri graph = Connection.ReadAddress(parsed.GetValue(_graph)!)!;
        string tenant = parsed.GetValue(_tenant)!, client = parsed.GetValue(_client)!;
        string? secret = Environment.GetEnvironmentVariable(SecretVariable);
        if (string.IsNullOrEmpty(secret))
        {
            secret = client.Equals($"{DemoTenant.ClientId}", StringComparison.OrdinalIgnoreCase)
                ? DemoTenant.Secret
                : throw new ConnectionFailedException($"no secret to sign in as {client}: set {SecretVariable} to the application's client secret.");
        }

        Uri authority = parsed.GetValue(_authority) is { } named ? Connection.ReadAddress(named)! : Connection.AuthorityOf(graph);
        return new Connection(graph, authority, tenant, client, secret);
    }

    private static void CheckAddress(System.CommandLine.Parsing.OptionResult result, string? text, string option)
    {
        if (text is not null && Connection.ReadAddress(text) is null)
        {
            result.AddError($"{option}: '{text}' is no address. Write https://HOST or http://HOST:PORT.");
        }
    }

    private static void CheckName(System.CommandLine.Parsing.OptionResult result, string? text, string option)
    {
        if (text is not null && !IdOrDomain().IsMatch(text))
        {
            result.AddError($"{option}: '{text}' is neither an id nor a domain.");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9.\-]{0,252}\z", RegexOptions.None, 1000)]
    private static partial Regex IdOrDomain();

    [GeneratedRegex(@"\A([0-9]{1,18}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?(Z|[+-][0-9]{2}:[0-9]{2}))\z", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Moment();
}
