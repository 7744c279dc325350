using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Berth.CommandLine.Client.Licenses;

/// <summary>What several license commands are asked in the same words.</summary>
internal static partial class LicenseArguments
{
    /// <summary>The longest user principal name or id that is sent, in characters.</summary>
    public const int LongestUser = 320;

    /// <summary>The SKUs meant, one at least.</summary>
    public static Option<string[]> Skus(string verb) => new("--sku")
    {
        Description = $"A SKU to {verb}: part number, product name or id. May be given several times.",
        HelpName = "NAME",
        Required = true,
    };

    /// <summary>The plans to switch off.</summary>
    public static Option<string[]> DisabledPlans() => new("--disable-plan")
    {
        Description = "A service plan of the SKUs to leave off: name or id. May be given several times; every plan not named is on.",
        HelpName = "NAME",
    };

    /// <summary>A country for users who have none.</summary>
    public static Option<string?> UsageLocation()
    {
        Option<string?> option = new("--usage-location")
        {
            Description = "The country, such as US, to give a user who has none; another one is never replaced.",
            HelpName = "XX",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } country && !Country().IsMatch(country))
            {
                result.AddError($"--usage-location: '{country}' is no country code of two letters, such as US.");
            }
        });
        return option;
    }

    /// <summary>The user, as an argument or as <c>--user</c>.</summary>
    public static (Argument<string?> Argument, Option<string?> Option) User() => Target("user", "The user: user principal name or id.");

    /// <summary>The group, as an argument or as <c>--group</c>.</summary>
    public static (Argument<string?> Argument, Option<string?> Option) Group() => Target("group", "The group: id or display name.");

    /// <summary>Makes a command ask for its target exactly once.</summary>
    public static void Add(this Command command, (Argument<string?> Argument, Option<string?> Option) target)
    {
        command.Add(target.Argument);
        command.Add(target.Option);
        command.Validators.Add(result =>
        {
            bool isArgument = result.GetResult(target.Argument) is { Tokens.Count: > 0 }, isOption = result.GetResult(target.Option) is { Tokens.Count: > 0 };
            if (isArgument == isOption)
            {
                result.AddError($"Say once which {target.Argument.Name.ToLowerInvariant()} is meant.");
            }
            else if (target.Option.Name == "--user" && !IsUser(result.Value(target)))
            {
                result.AddError($"'{result.Value(target)}' is neither a user principal name nor an id.");
            }
        });
    }

    /// <summary>The target that was named.</summary>
    public static string Value(this ParseResult parsed, (Argument<string?> Argument, Option<string?> Option) target) =>
        (parsed.GetValue(target.Argument) ?? parsed.GetValue(target.Option))!.Trim();

    /// <summary>Whether a text can name a user. Anything else could change the path it is put into.</summary>
    public static bool IsUser(string text) =>
        text.Length <= LongestUser && (Guid.TryParse(text, out _) || (text.IndexOf('@', StringComparison.Ordinal) > 0 && !text.Any(char.IsControl)));

    private static string Value(this CommandResult result, (Argument<string?> Argument, Option<string?> Option) target) =>
        (result.GetValue(target.Argument) ?? result.GetValue(target.Option))!.Trim();

    private static (Argument<string?> Argument, Option<string?> Option) Target(string name, string description) => (
        new Argument<string?>(name.ToUpperInvariant()) { Description = description, Arity = ArgumentArity.ZeroOrOne },
        new Option<string?>($"--{name}") { Description = description, HelpName = name.ToUpperInvariant() });

    [GeneratedRegex(@"\A[A-Za-z]{2}\z", RegexOptions.None, 1000)]
    private static partial Regex Country();
}
