namespace Berth.Oracle;

/// <content>Groups that choose their members: what happens around and inside a command. (dynamic-membership.md)</content>
public sealed partial class OracleTenant
{
    private const int MostPasses = 8; // B137

    // What the rules saw of each user when they last looked, and groups whose rule is to look at everybody.
    private readonly Dictionary<string, Seen> _seen = [];
    private readonly HashSet<string> _everybody = [];

    /// <summary>Passes of the last command after what was due; 0 when it changed nothing.</summary>
    public int Passes { get; private set; }

    /// <summary>Flips that were due before the last command.</summary>
    public int Flips { get; private set; }

    /// <summary>Due events of Cloud PCs before and in the last command.</summary>
    public int Dues { get; private set; }

    /// <summary>A command at a time: what is due until then happens before; when the command is refused, nothing has happened (B135).</summary>
    public Answer At(DateTimeOffset now, Func<Answer> command) => At(now, command, newEntry: true);

    /// <summary>A further part of commands that are decided as one: it belongs to the same entry of the journal (B500).</summary>
    public Answer AsPart(DateTimeOffset now, Func<Answer> command) => At(now, command, newEntry: false);

    private Answer At(DateTimeOffset now, Func<Answer> command, bool newEntry)
    {
        DateTimeOffset before = _now;
        List<OraclePair> pairs = [.. _pairs.Select(pair => pair.Copy())];
        Dictionary<string, List<string>> members = _groups.ToDictionary(group => group.Key, group => group.Value.Members.ToList());
        _sequence += newEntry ? 1 : 0;
        (Flips, Dues) = (0, 0);
        OracleFleet fleet = _fleet;
        _fleet = fleet.Copy();
        Dictionary<string, OracleDeletedUser> users = new(_deletedUsers);
        Dictionary<string, OracleDeletedGroup> groups = new(_deletedGroups);
        PassTime(now);
        _now = now;
        _asked = now;
        PassDeleted(now);
        Passes = 0;
        Look();
        Answer answer = command();
        if (answer.Happened)
        {
            SettleCloudPcs(); // also after what does nothing else: somebody may be gone for good (B268)
            PassDues(_now);
        }
        else
        {
            // Flips change memberships and pairs, and with what is due Cloud PCs; deleted items have had their time.
            _fleet = fleet;
            (_deletedUsers, _deletedGroups) = (users, groups);
            _now = before;
            _pairs.Clear();
            _pairs.AddRange(pairs);
            foreach ((string group, OracleGroup found) in _groups)
            {
                found.Members.Clear();
                found.Members.AddRange(members[group]);
            }
        }

        return answer;
    }

    // B135: a comparison with system.now turns at the moment when both are equal, or one step later.
    private void PassTime(DateTimeOffset until)
    {
        SortedSet<(long Moment, string Group, string User)> moments = new(Comparer<(long Moment, string Group, string User)>.Create((one, other) =>
            one.Moment != other.Moment ? one.Moment.CompareTo(other.Moment)
            : one.Group != other.Group ? string.CompareOrdinal(one.Group, other.Group)
            : string.CompareOrdinal(one.User, other.User)));
        foreach ((string group, OracleGroup found) in _groups.Where(group => group.Value.IsOn))
        {
            foreach (Operand.Now later in found.Rule!.Tree.Parts().OfType<RuleTree.Comparison>().Select(part => part.Operand).OfType<Operand.Now>())
            {
                foreach ((string user, OracleUser person) in _users)
                {
                    if (person.Facts.TryGetValue("employeeHireDate", out string? text) && RuleTime.Instant(text) is { } hired)
                    {
                        moments.Add((hired - later.Later, group, user));
                        moments.Add((hired - later.Later + 1, group, user));
                    }
                }
            }
        }

        long since = _now.UtcTicks;
        foreach ((long moment, string group, string user) in moments.Where(one => one.Moment > since && one.Moment <= until.UtcTicks))
        {
            MembershipRule rule = _groups[group].Rule!;
            if (RuleMeaning.Holds(rule, See(user), moment) != RuleMeaning.Holds(rule, See(user), moment - 1))
            {
                Flips++;
                PassDues(new DateTimeOffset(moment, TimeSpan.Zero), before: true); // B283
                _now = new DateTimeOffset(moment, TimeSpan.Zero);
                Look();
                Pass(group, user);
                Settle();
                SettleCloudPcs();
            }
        }

        PassDues(until);
    }

    // After a pass: the retry of the mode, and rounds while plans changed since the rules looked (B137).
    private void Settle()
    {
        Retry();
        for (Passes = 1; Passes < MostPasses && _users.Keys.Any(PlansChanged); Passes++)
        {
            Pass(null, null);
            Retry();
        }
    }

    private void Retry()
    {
        if (!_entraStrict)
        {
            RetryFair();
        }
    }

    // B136: both halves. With a user, the first half looks at this one only; with a group, only this one does; with both, it does in any case.
    private void Pass(string? onlyGroup, string? onlyUser)
    {
        List<string> newcomers = [.. _users.Keys.Where(user => !_seen.ContainsKey(user))];
        Dictionary<string, Seen> sight = _users.Keys.ToDictionary(user => user, See);
        Follow(sight, (group, user) => _groups[group].Rule!.Tree is not RuleTree.MemberOf
            && (onlyGroup ?? group) == group && (onlyUser ?? user) == user
            && ((onlyGroup is not null && onlyUser is not null) || Looks(group, user)));
        foreach (string user in onlyGroup is null ? _users.Keys.Where(user => (onlyUser ?? user) == user) : [])
        {
            _seen[user] = sight[user] with { Groups = _seen.TryGetValue(user, out Seen? before) ? before.Groups : [] };
        }

        sight = _users.Keys.ToDictionary(user => user, See);
        Follow(sight, (group, user) => _groups[group].Rule!.Tree is RuleTree.MemberOf && Looks(group, user));
        foreach (string user in _users.Keys)
        {
            _seen[user] = _seen[user] with { Groups = sight[user].Groups };
        }

        _everybody.Clear();

        bool Looks(string group, string user) => _everybody.Contains(group) || newcomers.Contains(user)
            || RuleMeaning.Read(_groups[group].Rule!, sight[user]) != RuleMeaning.Read(_groups[group].Rule!, _seen[user]);
    }

    // All results first, then all who leave, then all who join.
    private void Follow(Dictionary<string, Seen> sight, Func<string, string, bool> looks)
    {
        List<(string Group, string User)> leave = [], join = [];
        foreach ((string group, OracleGroup found) in _groups.Where(group => group.Value.IsOn).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            foreach (string user in _users.Keys.Where(user => looks(group, user)))
            {
                bool holds = RuleMeaning.Holds(found.Rule!, sight[user], _now.UtcTicks);
                bool member = found.Members.Contains(user);
                if (holds != member)
                {
                    (holds ? join : leave).Add((group, user));
                }
            }
        }

        foreach (string group in _everybody)
        {
            _groups[group].Members.RemoveAll(member => !_users.ContainsKey(member)); // B133: member groups leave
        }

        foreach (IGrouping<string, (string Group, string User)> those in leave.GroupBy(one => one.Group))
        {
            foreach (string user in InOrder(those.Key, those.Select(one => one.User)))
            {
                Leave(user, those.Key);
            }
        }

        foreach (IGrouping<string, (string Group, string User)> those in join.GroupBy(one => one.Group))
        {
            foreach (string user in InOrder(those.Key, those.Select(one => one.User)))
            {
                _groups[those.Key].Members.Add(user);
                Evaluate(user, those.Key);
            }
        }
    }

    private void Look()
    {
        _seen.Clear();
        foreach (string user in _users.Keys)
        {
            _seen.Add(user, See(user));
        }
    }

    private bool PlansChanged(string user) => !See(user).Plans.ToHashSet().SetEquals(_seen[user].Plans);

    // What a rule sees of a user now.
    private Seen See(string user)
    {
        OracleUser found = _users[user];
        Dictionary<string, string> facts = new(found.Facts);
        if (found.UsageLocation is not null)
        {
            facts["usageLocation"] = found.UsageLocation;
        }

        return new Seen(user, facts, [.. AssignedPlans(user)], found.Manager, [.. _groups.Where(group => group.Value.Members.Contains(user)).Select(group => group.Key)]);
    }

    // B139
    private IEnumerable<SeenPlan> AssignedPlans(string user)
    {
        HashSet<string> listed = [];
        foreach (string sku in _catalog.PlansOfSku.Keys.Where(sku => Holds(user, sku)))
        {
            List<Given> sources = [.. Others(user, null).Where(given => given.Sku == sku)];
            foreach (string plan in _catalog.PlansOfSku[sku].Where(plan => IsEnabled(plan, sources)))
            {
                if (listed.Add(plan))
                {
                    yield return new SeenPlan(plan, Capability(sku), Service(_catalog.NameOfPlan[plan]));
                }
            }
        }
    }

    private static string Service(string name) =>
        name.StartsWith("EXCHANGE", StringComparison.Ordinal) ? "exchange"
        : name.StartsWith("SHAREPOINT", StringComparison.Ordinal) ? "SharePoint"
        : name.StartsWith("MCO", StringComparison.Ordinal) ? "MicrosoftCommunicationsOnline"
        : name.StartsWith("TEAMS", StringComparison.Ordinal) ? "TeamspaceAPI"
        : name.StartsWith("INTUNE", StringComparison.Ordinal) ? "SCO"
        : name.StartsWith("AAD_PREMIUM", StringComparison.Ordinal) ? "AADPremiumService"
        : name.StartsWith("CPC_", StringComparison.Ordinal) ? "WindowsCloudPC"
        : name;
}
