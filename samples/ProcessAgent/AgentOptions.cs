using System.Globalization;

namespace ProcessAgent;

/// <summary>What the agent is told when it starts.</summary>
internal sealed record AgentOptions
{
    private const string Usage = """
        usage: process-agent [options]

          --server URL        where Berth listens (http://127.0.0.1:5365)
          --tenant ID         the tenant: an id, a domain or "organizations" (organizations)
          --client-id ID      the application that has CloudPC.ReadWrite.All; its secret is read from BERTH_CLIENT_SECRET
          --name NAME         how the agent calls itself (process-agent)
          --state DIR         where the machines are kept (process-agent-state)
          --parallel N        jobs at a time, 1 to 32 (4)
          --lease SECONDS     how long a job is kept without a word, 1 to 3600 (60)
          --memory-gb N       memory that all machines have together; a job beyond it fails (no limit)
          --pace SECONDS      takes at least so long for every job (0)
        """;

    /// <summary>Where Berth listens.</summary>
    public Uri Server { get; private init; } = new("http://127.0.0.1:5365");

    /// <summary>The tenant as the token endpoint takes it.</summary>
    public string Tenant { get; private init; } = "organizations";

    /// <summary>The application the agent signs in as.</summary>
    public string ClientId { get; private init; } = "";

    /// <summary>Its secret.</summary>
    public string ClientSecret { get; private init; } = "";

    /// <summary>How the agent calls itself.</summary>
    public string Name { get; private init; } = "process-agent";

    /// <summary>Where the machines are kept.</summary>
    public string State { get; private init; } = "process-agent-state";

    /// <summary>Jobs at a time.</summary>
    public int Parallel { get; private init; } = 4;

    /// <summary>How long Berth waits for a word about a job before somebody else gets it.</summary>
    public TimeSpan Lease { get; private init; } = TimeSpan.FromSeconds(60);

    /// <summary>Memory that all machines have together.</summary>
    public int MemoryGB { get; private init; } = int.MaxValue;

    /// <summary>The least time that a job takes.</summary>
    public TimeSpan Pace { get; private init; } = TimeSpan.Zero;

    /// <summary>The options, or null and what is wrong with them.</summary>
    public static AgentOptions? Read(string[] arguments, Func<string, string?> environment, out string problem)
    {
        AgentOptions options = new() { ClientSecret = environment("BERTH_CLIENT_SECRET") ?? "" };
        for (int at = 0; at < arguments.Length; at += 2)
        {
            string name = arguments[at];
            if (at + 1 == arguments.Length || options.With(name, arguments[at + 1]) is not { } next)
            {
                problem = $"process-agent: '{name}' is not an option, or its value is not one.\n\n{Usage}";
                return null;
            }

            options = next;
        }

        problem = options.ClientId.Length == 0 ? $"process-agent: --client-id is missing.\n\n{Usage}"
            : options.ClientSecret.Length == 0 ? "process-agent: the environment has no BERTH_CLIENT_SECRET: set it to the secret of --client-id."
            : "";
        return problem.Length == 0 ? options : null;
    }

    private AgentOptions? With(string name, string value) => name switch
    {
        "--server" when Uri.TryCreate(value, UriKind.Absolute, out Uri? server) => this with { Server = server },
        "--tenant" when value.Length > 0 => this with { Tenant = value },
        "--client-id" when value.Length > 0 => this with { ClientId = value },
        "--name" when value.Length is > 0 and <= 128 => this with { Name = value },
        "--state" when value.Length > 0 => this with { State = value },
        "--parallel" when Whole(value, 1, 32) is { } jobs => this with { Parallel = jobs },
        "--lease" when Whole(value, 1, 3600) is { } seconds => this with { Lease = TimeSpan.FromSeconds(seconds) },
        "--memory-gb" when Whole(value, 0, int.MaxValue) is { } memory => this with { MemoryGB = memory },
        "--pace" when Whole(value, 0, 3600) is { } seconds => this with { Pace = TimeSpan.FromSeconds(seconds) },
        _ => null,
    };

    private static int? Whole(string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number : null;
}
