using System.Text.Json;
using Berth.Engine.Tests.Comparison;

namespace Berth.Engine.Tests.Golden;

/// <summary>Membership rules from <c>spec/golden/rules</c>, some users, and for whom each rule holds or where it cannot be read. See <c>spec/golden/README.md</c>.</summary>
public sealed class RuleCase
{
    private const char Mark = '▲';

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public required string Case { get; set; }

    public required string[] Rules { get; set; }

    /// <summary>Users with values of properties, by Graph's names.</summary>
    public required Dictionary<string, Dictionary<string, string?>> Users { get; set; }

    /// <summary>Managers of users.</summary>
    public Dictionary<string, string> Managers { get; set; } = [];

    /// <summary>Groups with their members by hand.</summary>
    public Dictionary<string, string[]> Groups { get; set; } = [];

    public Purchase[] Subscriptions { get; set; } = [];

    /// <summary>Direct licenses of users.</summary>
    public Dictionary<string, Step.License[]> Licenses { get; set; } = [];

    public required Text[] Texts { get; set; }

    public static RuleCase Read(string path) => JsonSerializer.Deserialize<RuleCase>(File.ReadAllText(path), Format)!;

    /// <summary>Tries every rule and returns every sentence about what differs.</summary>
    public IEnumerable<string> Run(Desk desk)
    {
        foreach (Request request in Opening())
        {
            string answer = desk.Do(request, Desk.Opening);
            if (answer != "done")
            {
                yield return $"{request}: {answer}";
            }
        }

        foreach (Text text in Texts)
        {
            string rule = text.Written(), expected = text.Expected(), actual = Probe.Of(desk, rule, Desk.Opening);
            if (expected != actual)
            {
                yield return $"{rule}\n    should be '{expected}', but is '{actual}'";
            }
        }
    }

    private IEnumerable<Request> Opening() =>
    [
        .. Users.Select(user => new Request.CreateUser(
            Names.User(user.Key),
            user.Value.GetValueOrDefault("usageLocation"),
            [.. user.Value.Where(fact => fact.Key != "usageLocation").Select(fact => new Fact(fact.Key, fact.Value))])),
        .. Managers.Select(pair => new Request.ReportTo(Names.User(pair.Key), Names.User(pair.Value))),
        .. Groups.Select(group => new Request.CreateGroup(Names.Group(group.Key), true, [.. group.Value.Select(Names.User)])),
        .. Subscriptions.Select((one, i) => new Request.Buy(Names.Subscription($"s{i}"), Names.Sku(one.Sku), one.Units, one.Status)),
        .. Licenses.Select(pair => new Request.AssignUser(
            Names.User(pair.Key),
            [.. pair.Value.Select(one => new Wanted(Names.Sku(one.Sku), [.. (one.Without ?? []).Select(plan => Names.Plan(plan, Names.Sku(one.Sku)))]))],
            [])),
    ];

    public sealed record Purchase(string Sku, int Units, string Status = "Enabled");

    /// <summary>A rule and what it comes to.</summary>
    /// <param name="Rule">The rule.</param>
    /// <param name="Wrong">Instead: a rule that cannot be read, with a mark before the character at which it cannot.</param>
    /// <param name="Holds">Who matches.</param>
    /// <param name="Refused">Why a group with this rule is refused.</param>
    /// <param name="Length">White space follows until the rule has so many characters.</param>
    /// <param name="Nested">So many parentheses stand round it.</param>
    public sealed record Text(string? Rule = null, string? Wrong = null, string[]? Holds = null, string? Refused = null, int Length = 0, int Nested = 0)
    {
        public string Written()
        {
            string rule = Names.Meant(Rule ?? Wrong!.Replace($"{Mark}", "", StringComparison.Ordinal));
            return (new string('(', Nested) + rule + new string(')', Nested)).PadRight(Length);
        }

        public string Expected() => Wrong is not null ? $"refused membershipRuleInvalid {Names.Meant(Wrong).IndexOf(Mark, StringComparison.Ordinal) + 1}"
            : Refused is not null ? $"refused {Refused}"
            : $"holds {string.Join(' ', Holds!.Order(StringComparer.Ordinal))}".TrimEnd();
    }
}
