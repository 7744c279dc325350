using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Berth.Connect.Writing;

namespace Berth.CommandLine.Client.Tenants;

/// <summary>The options of commands that write to a tenant that was added.</summary>
internal sealed class WritingOptions
{
    private readonly Option<string?> _confirm = new("--confirm")
    {
        Description = "With --tenant NAME: a verified domain of the tenant that is meant, so that nobody is asked. Nothing is written to a tenant that has another.",
        HelpName = "DOMAIN",
    };

    private readonly Option<string?> _resume = new("--resume") { Description = "With --tenant NAME: go on with a run that was stopped, killed or left something.", HelpName = "RUN" };

    private readonly Option<int> _wait = new("--wait")
    {
        Description = "With --tenant NAME: look for what was accepted for so many seconds.",
        HelpName = "SECONDS",
        DefaultValueFactory = static _ => (int)ApplyLimits.Look.TotalSeconds,
    };

    private readonly Option<int> _pace = new("--writes-per-second")
    {
        Description = $"With --tenant NAME: at most so many writes a second; more than {ApplyLimits.WritesPerSecond} only at a Graph that is not Microsoft's.",
        HelpName = "N",
        DefaultValueFactory = static _ => ApplyLimits.WritesPerSecond,
    };

    /// <summary>The run to go on with.</summary>
    public Option<string?> Resume => _resume;

    /// <summary>Gives the options to the command, with the checks that need nothing but the command line.</summary>
    public void AddTo(Command command)
    {
        command.Add(_confirm);
        command.Add(_resume);
        command.Add(_wait);
        command.Add(_pace);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_resume) is { } run && !RunFolder.IsId(run))
            {
                result.AddError($"--resume: '{run}' is no run; its id is said when it begins.");
            }

            Check(result, _wait, (int)ApplyLimits.LeastLook.TotalSeconds, (int)ApplyLimits.MostLook.TotalSeconds, "a whole number of seconds");
            Check(result, _pace, ApplyLimits.FewestWritesPerSecond, ApplyLimits.MostWritesPerSecond, "a whole number");
        });
    }

    // What is no number at all has the parser's own error, and nobody may ask for its value.
    private static void Check(CommandResult result, Option<int> option, int least, int most, string words)
    {
        if (result.GetResult(option)?.Tokens is [{ Value: var text }] && int.TryParse(text, CultureInfo.InvariantCulture, out int number) && (number < least || number > most))
        {
            result.AddError($"{option.Name} must be {words} from {least} to {most}.");
        }
    }

    /// <summary>The way to write to the tenant that was named; null when a server is meant.</summary>
    /// <param name="options">The options that name it.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="session">The person or program, and the copy.</param>
    /// <param name="problem">Why the options cannot be meant so; null when they can.</param>
    public TenantWriting? Open(ConnectionOptions options, ParseResult parsed, Session session, out string? problem)
    {
        problem = session.Copy is null && (parsed.GetValue(_confirm) ?? parsed.GetValue(_resume)) is not null
            ? "--confirm and --resume are about a tenant that was added: name it with --tenant NAME."
            : null;
        return session.Copy is not { } copy ? null : new TenantWriting(
            session,
            options.Shelf(parsed),
            copy.Name,
            new WritingWishes(parsed.GetValue(_confirm), parsed.GetValue(_resume), TimeSpan.FromSeconds(parsed.GetValue(_wait)), parsed.GetValue(_pace)));
    }
}

/// <summary>How somebody wants a tenant to be written to.</summary>
/// <param name="Confirm">A verified domain of the tenant that is meant; null when a person is to be asked.</param>
/// <param name="Resume">The run to go on with; null for a new one.</param>
/// <param name="LookFor">How long is looked for what was accepted (B575).</param>
/// <param name="WritesPerSecond">The pace (B574).</param>
internal sealed record WritingWishes(string? Confirm, string? Resume, TimeSpan LookFor, int WritesPerSecond);
