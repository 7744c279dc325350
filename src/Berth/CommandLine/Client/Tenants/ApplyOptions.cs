using System.CommandLine;
using Berth.Connect.Writing;

namespace Berth.CommandLine.Client.Tenants;

/// <summary>The options of <c>berth apply</c> that are about a tenant that was added.</summary>
internal sealed class ApplyOptions
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

    /// <summary>Gives the options to the command, with the checks that need nothing but the command line.</summary>
    public void AddTo(Command command, Option<FileInfo?> file)
    {
        command.Add(_confirm);
        command.Add(_resume);
        command.Add(_wait);
        command.Add(_pace);
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is null == result.GetValue(_resume) is null)
            {
                result.AddError("give the changes with --file, or the run to go on with by --resume.");
            }

            if (result.GetValue(_resume) is { } run && !RunFolder.IsId(run))
            {
                result.AddError($"--resume: '{run}' is no run; 'berth apply' says its id when it begins.");
            }

            if (result.GetResult(_wait) is { Implicit: false } && result.GetValue(_wait) is var wait && (wait < 0 || wait > ApplyLimits.MostLook.TotalSeconds))
            {
                result.AddError($"--wait must be a whole number of seconds from 0 to {ApplyLimits.MostLook.TotalSeconds:0}.");
            }

            if (result.GetResult(_pace) is { Implicit: false } && result.GetValue(_pace) is < 1 or > ApplyLimits.MostWritesPerSecond)
            {
                result.AddError($"--writes-per-second must be a whole number from 1 to {ApplyLimits.MostWritesPerSecond}.");
            }
        });
    }

    /// <summary>Whether one of them was given that means nothing to a server.</summary>
    public bool NeedTenant(ParseResult parsed) => parsed.GetValue(_confirm) is not null || parsed.GetValue(_resume) is not null;

    /// <summary>What was given.</summary>
    public ApplyWishes Read(ParseResult parsed) =>
        new(parsed.GetValue(_confirm), parsed.GetValue(_resume), TimeSpan.FromSeconds(parsed.GetValue(_wait)), parsed.GetValue(_pace));
}

/// <summary>How somebody wants a tenant to be written to.</summary>
/// <param name="Confirm">A verified domain of the tenant that is meant; null when a person is to be asked.</param>
/// <param name="Resume">The run to go on with; null for a new one.</param>
/// <param name="LookFor">How long is looked for what was accepted (B575).</param>
/// <param name="WritesPerSecond">The pace (B574).</param>
internal sealed record ApplyWishes(string? Confirm, string? Resume, TimeSpan LookFor, int WritesPerSecond);
