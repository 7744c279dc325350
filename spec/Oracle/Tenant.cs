namespace Berth.Oracle;

/// <summary>Licenses of one source: SKU id to the plans it switches off.</summary>
public sealed class Licenses : SortedDictionary<string, List<string>>
{
    /// <summary>No license.</summary>
    public Licenses()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>The same licenses again.</summary>
    public Licenses(Licenses other)
        : this()
    {
        foreach ((string sku, List<string> disabled) in other)
        {
            this[sku] = [.. disabled];
        }
    }

    /// <summary>Whether two sources give the same plans of the same SKUs.</summary>
    public bool SameAs(Licenses other) =>
        Count == other.Count && this.All(one => other.TryGetValue(one.Key, out List<string>? disabled)
            && one.Value.Order(StringComparer.Ordinal).SequenceEqual(disabled.Order(StringComparer.Ordinal)));
}

/// <summary>A user.</summary>
public sealed class OracleUser
{
    /// <summary>Where the licenses are used; null by default (L20).</summary>
    public string? UsageLocation { get; set; }

    /// <summary>Values of other properties by Graph's names; the values of a collection are separated by line feeds.</summary>
    public Dictionary<string, string> Facts { get; } = [];

    /// <summary>The direct source; always in force.</summary>
    public Licenses Direct { get; set; } = [];

    /// <summary>The id of the manager, or null (B140).</summary>
    public string? Manager { get; set; }
}

/// <summary>A group.</summary>
public sealed class OracleGroup
{
    /// <summary>Whether it can carry licenses (L37).</summary>
    public bool SecurityEnabled { get; set; }

    /// <summary>Ids of its members, users and groups.</summary>
    public List<string> Members { get; } = [];

    /// <summary>What it wants for its members.</summary>
    public Licenses Licenses { get; set; } = [];

    /// <summary>Whether it is a Microsoft 365 group.</summary>
    public bool Unified { get; init; }

    /// <summary>Its membership rule as it was written; null for a group with members by hand.</summary>
    public string? RuleText { get; set; }

    /// <summary>The rule as it was read.</summary>
    public MembershipRule? Rule { get; set; }

    /// <summary>Whether the rule rests (L141).</summary>
    public bool Paused { get; set; }

    /// <summary>Whether the rule chooses the members now.</summary>
    public bool IsOn => Rule is not null && !Paused;
}

/// <summary>A purchase.</summary>
public sealed class OracleSubscription
{
    /// <summary>Of which SKU.</summary>
    public required string Sku { get; init; }

    /// <summary>How many.</summary>
    public int Units { get; set; }

    /// <summary>Enabled, Warning, Suspended, LockedOut or Deleted.</summary>
    public required string Status { get; set; }

    /// <summary>Whether it is a trial.</summary>
    public bool Trial { get; init; }
}

/// <summary>What stands in the way of one SKU.</summary>
/// <param name="Error">The error its state shows.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Code">The machine code a direct call would give (B36).</param>
/// <param name="About">The ids it speaks about.</param>
public sealed record Finding(string Error, string Rule, string Code, List<string> About);

/// <summary>What one group gives or owes one user.</summary>
public sealed class OraclePair
{
    /// <summary>The user's id.</summary>
    public required string User { get; init; }

    /// <summary>The group's id, also after the group is gone (L74).</summary>
    public required string Group { get; init; }

    /// <summary>What is in force.</summary>
    public Licenses Applied { get; set; } = [];

    /// <summary>What each SKU shows while the pair is in error; empty when it is not.</summary>
    public SortedDictionary<string, Finding> Shown { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The journal sequence at which the pair first failed, or null.</summary>
    public long? WaitingSince { get; set; }

    /// <summary>The time then.</summary>
    public DateTimeOffset WaitingSinceTime { get; set; }

    /// <summary>Whether what the group wants is not what is in force.</summary>
    public bool IsInError => Shown.Count > 0;

    /// <summary>The same again; what is in force and shown is never changed, only replaced.</summary>
    public OraclePair Copy() => new()
    {
        User = User,
        Group = Group,
        Applied = Applied,
        Shown = Shown,
        WaitingSince = WaitingSince,
        WaitingSinceTime = WaitingSinceTime,
    };
}

/// <summary>
/// The oracle: licensing written down a second time as slowly and plainly as the rule book reads, to compare the engine with.
/// Every loop is the loop of the text; nothing is skipped, cached or indexed. It checks the decisions, not the shape of requests.
/// </summary>
public sealed partial class OracleTenant
{
    private readonly Catalog _catalog;
    private readonly Dictionary<string, OracleUser> _users = [];
    private readonly Dictionary<string, OracleGroup> _groups = [];
    private readonly Dictionary<string, OracleSubscription> _subscriptions = [];
    private readonly List<OraclePair> _pairs = [];
    private readonly string _country;
    private PlanRules _rules;
    private bool _entraStrict;
    private bool _independent;
    private long _sequence;
    private DateTimeOffset _now;

    /// <summary>An empty tenant in a country (L54), in modes fair and atomic.</summary>
    public OracleTenant(IEnumerable<SkuRow> rows, PlanRules rules, string country)
    {
        _catalog = new Catalog();
        _catalog.Add(rows);
        _rules = rules;
        _country = country;
    }

    // B20, B136, B137: what the command touches itself, then a pass over the membership rules, the retry of its mode, and rounds; then Cloud PCs (B260), and what is due by now.
    private Answer Accept(Action effects)
    {
        effects();
        Pass(null, null);
        Settle();
        SettleCloudPcs();
        PassDues(_now);
        return Answer.Done;
    }

    // Plans that one license enables: those of its SKU less the disabled ones.
    private HashSet<string> Enabled(string sku, List<string> disabled)
    {
        HashSet<string> enabled = [];
        foreach (string plan in _catalog.PlansOfSku[sku])
        {
            if (!disabled.Contains(plan))
            {
                enabled.Add(plan);
            }
        }

        return enabled;
    }

    // B2: what a group wants for a user.
    private Licenses Wanted(string user, string group) =>
        _groups.TryGetValue(group, out OracleGroup? found) && found.Members.Contains(user) ? found.Licenses : [];

    // B3: the licenses in force from every source of a user but one; null leaves none out.
    private List<Given> Others(string user, string? except)
    {
        List<Given> others = [];
        if (except != "direct")
        {
            foreach ((string sku, List<string> disabled) in _users[user].Direct)
            {
                others.Add(new Given(sku, Enabled(sku, disabled)));
            }
        }

        foreach (OraclePair pair in _pairs.Where(pair => pair.User == user && pair.Group != except))
        {
            foreach ((string sku, List<string> disabled) in pair.Applied)
            {
                others.Add(new Given(sku, Enabled(sku, disabled)));
            }
        }

        return others;
    }

    private List<Given> With(List<Given> others, Licenses licenses)
    {
        List<Given> all = [.. others];
        foreach ((string sku, List<string> disabled) in licenses)
        {
            all.Add(new Given(sku, Enabled(sku, disabled)));
        }

        return all;
    }

    // B4: a plan is enabled when some source of a SKU that contains it does not disable it.
    private static bool IsEnabled(string plan, List<Given> sources) => sources.Exists(given => given.Plans.Contains(plan));

    private static bool IsMet(Requirement requirement, List<Given> sources) => requirement.AnyOf.Exists(plan => IsEnabled(plan, sources));

    // L61: a user takes a seat of a SKU when it is in at least one applied source.
    private bool Holds(string user, string sku) =>
        _users[user].Direct.ContainsKey(sku) || _pairs.Exists(pair => pair.User == user && pair.Applied.ContainsKey(sku));

    // B6
    private int Consumed(string sku) => _users.Keys.Count(user => Holds(user, sku));

    // B5
    private long Assignable(string sku) =>
        _subscriptions.Values.Where(s => s.Sku == sku && s.Status is "Enabled" or "Warning").Sum(s => (long)s.Units);

    // B40
    private bool IsTenants(string sku) =>
        _catalog.PlansOfSku.ContainsKey(sku)
        && (_subscriptions.Values.Any(s => s.Sku == sku && s.Status != "Deleted") || Consumed(sku) > 0);

    private sealed record Given(string Sku, HashSet<string> Plans);
}
