using System.Globalization;

namespace Berth.CommandLine.Client.Sync;

/// <summary>One change that a sync makes.</summary>
/// <param name="Subject">Whom or what it is about, for people.</param>
/// <param name="Detail">What it does, for people.</param>
internal abstract record SyncChange(string Subject, string Detail)
{
    /// <summary>The name of its kind, for counts and programs.</summary>
    public string Kind => char.ToLowerInvariant(GetType().Name[0]) + GetType().Name[1..];

    /// <summary>A user comes.</summary>
    public sealed record CreateUser(Guid Id, SourceUser User, string Mark) : SyncChange(User.Name, "comes");

    /// <summary>Properties of a user change; null takes one away.</summary>
    public sealed record UpdateUser(Guid Id, string Name, IReadOnlyDictionary<string, string?> Properties, string What) : SyncChange(Name, What);

    /// <summary>A user is enabled.</summary>
    public sealed record EnableUser(Guid Id, string Name) : SyncChange(Name, "is enabled");

    /// <summary>A user is disabled.</summary>
    public sealed record DisableUser(Guid Id, string Name, string Why) : SyncChange(Name, $"is disabled: {Why}");

    /// <summary>A user is deleted.</summary>
    public sealed record DeleteUser(Guid Id, string Name) : SyncChange(Name, "is deleted: the source does not have them any more");

    /// <summary>A group comes.</summary>
    public sealed record CreateGroup(Guid Id, SourceGroup Group, string Mark) : SyncChange(Group.DisplayName, "comes");

    /// <summary>A group gets another name or description, or its mark when it is taken over.</summary>
    public sealed record UpdateGroup(Guid Id, string Name, string? DisplayName, string? Description, string? Mark) : SyncChange(Name, Mark is null ? $"is now {DisplayName ?? "described otherwise"}" : "is taken over");

    /// <summary>A group is deleted.</summary>
    public sealed record DeleteGroup(Guid Id, string Name) : SyncChange(Name, "is deleted: the source does not have it any more");

    /// <summary>A user joins a group.</summary>
    public sealed record AddMember(Guid Group, string GroupName, Guid User, string Name) : SyncChange(Name, $"joins {GroupName}");

    /// <summary>A user leaves a group.</summary>
    public sealed record RemoveMember(Guid Group, string GroupName, Guid User, string Name) : SyncChange(Name, $"leaves {GroupName}");
}

/// <summary>What a sync would do.</summary>
/// <param name="Changes">The changes in the order in which they are made.</param>
/// <param name="Unchanged">Users and groups that are as the source has them.</param>
/// <param name="Problems">What cannot be done, each with its reason.</param>
/// <param name="Guard">Why nothing may be done without being asked for twice (B813), or null.</param>
internal sealed record SyncPlan(IReadOnlyList<SyncChange> Changes, int Unchanged, IReadOnlyList<string> Problems, string? Guard)
{
    /// <summary>Compares a source with what is here: a pure function of both.</summary>
    public static SyncPlan Of(SourceDirectory source, HereDirectory here, SyncOptions options, Func<Guid> newId) => new Drawing(source, here, options, newId).Draw();

    private sealed class Drawing(SourceDirectory source, HereDirectory here, SyncOptions asked, Func<Guid> newId)
    {
        private readonly SyncOptions _options = source.IsWhole ? asked : asked with { Missing = Missing.Keep };

        private readonly List<SyncChange> _changes = [];
        private readonly List<string> _problems = [.. source.Troubles];
        private readonly Dictionary<string, (Guid Id, string Name)> _people = new(StringComparer.Ordinal);
        private readonly HashSet<Guid> _kept = [];
        private readonly HashSet<Guid> _keptGroups = [];
        private int _unchanged;
        private int _userLosses;

        public SyncPlan Draw()
        {
            if (!source.IsWhole && asked.Missing != Missing.Keep)
            {
                _problems.Add("Of some entries of the source nobody can tell who they are (above): in this run nobody is taken to have gone (B812).");
            }

            DrawUsers();
            List<SyncChange> leaving = DrawGroups(out int memberLosses);
            int groupLosses = _options.Missing == Missing.Delete ? OwnGroups().Count(group => !_keptGroups.Contains(group.Id)) : 0;

            // What gives comes before what takes: a user who goes from one group to another has a license all the time.
            _changes.AddRange(leaving);
            EndMissing();
            return new SyncPlan(_changes, _unchanged, _problems, Guard(memberLosses, groupLosses));
        }

        private IEnumerable<HereUser> OwnUsers() => here.Users.Where(user => SyncMark.IsUserOf(_options.Name, user.Mark));

        private IEnumerable<HereGroup> OwnGroups() => here.Groups.Where(group => SyncMark.IsGroupOf(_options.Name, group.Mark));

        private void DrawUsers()
        {
            Dictionary<string, HereUser> byMark = OwnUsers().ToDictionary(user => user.Mark!, StringComparer.Ordinal);
            Dictionary<string, HereUser> byName = here.Users.ToDictionary(user => user.UserPrincipalName, StringComparer.OrdinalIgnoreCase);
            foreach (SourceUser user in source.Users)
            {
                string mark = SyncMark.OfUser(_options.Name, user.Key);
                if (!user.Properties.ContainsKey("userPrincipalName"))
                {
                    // Told among the troubles; who cannot be read has not gone.
                    if (byMark.TryGetValue(mark, out HereUser? unread))
                    {
                        _people[user.Key] = (unread.Id, user.Name);
                        _kept.Add(unread.Id);
                    }

                    continue;
                }

                HereUser? named = byName.GetValueOrDefault(user.Properties["userPrincipalName"]);
                HereUser? found = byMark.GetValueOrDefault(mark);
                if (found is null && named is { Mark: not null })
                {
                    // B811
                    _problems.Add($"{user.Name}: the user principal name {named.UserPrincipalName} belongs to a user of another source (onPremisesImmutableId {named.Mark}). The user was left out.");
                    _kept.Add(named.Id);
                }
                else if ((found ?? named) is { } present)
                {
                    _people[user.Key] = (present.Id, user.Name);
                    _kept.Add(present.Id);
                    Compare(user, present, found is null ? mark : null);
                }
                else
                {
                    Guid id = newId();
                    _people[user.Key] = (id, user.Name);
                    _changes.Add(new SyncChange.CreateUser(id, user, mark));
                }
            }
        }

        private void Compare(SourceUser user, HereUser present, string? newMark)
        {
            Dictionary<string, string?> different = new(StringComparer.Ordinal);
            foreach ((string name, string value) in user.Properties)
            {
                // A usage location is a code whatever its letter case (B83).
                bool same = name == "usageLocation"
                    ? value.Equals(present.Properties.GetValueOrDefault(name), StringComparison.OrdinalIgnoreCase)
                    : value == present.Properties.GetValueOrDefault(name);
                if (!same)
                {
                    different[name] = value;
                }
            }

            string what = string.Join(", ", different.Keys.Order(StringComparer.Ordinal));
            if (newMark is not null)
            {
                different["onPremisesImmutableId"] = newMark;
                what = what.Length == 0 ? "is taken over" : $"is taken over, with another {what}";
            }
            else
            {
                what = $"has another {what}";
            }

            bool isDifferent = different.Count > 0 || (user.IsEnabled is { } enabled && enabled != present.IsEnabled);
            _unchanged += isDifferent ? 0 : 1;
            if (different.Count > 0)
            {
                _changes.Add(new SyncChange.UpdateUser(present.Id, user.Name, different, what));
            }

            if (user.IsEnabled == true && !present.IsEnabled)
            {
                _changes.Add(new SyncChange.EnableUser(present.Id, user.Name));
            }
            else if (user.IsEnabled == false && present.IsEnabled)
            {
                _userLosses++;
                _changes.Add(new SyncChange.DisableUser(present.Id, user.Name, "the source says so"));
            }
        }

        private List<SyncChange> DrawGroups(out int memberLosses)
        {
            Dictionary<string, HereGroup> byMark = OwnGroups().GroupBy(group => group.Mark!, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
            ILookup<string, HereGroup> byName = here.Groups.Where(group => !group.IsDynamic && !SyncMark.IsGroup(group.Mark)).ToLookup(group => group.DisplayName, StringComparer.OrdinalIgnoreCase);
            Dictionary<Guid, string> names = here.Users.ToDictionary(user => user.Id, user => user.UserPrincipalName);
            List<SyncChange> leaving = [];
            foreach (SourceGroup group in source.Groups)
            {
                string mark = SyncMark.OfGroup(_options.Name, group.Key);
                HereGroup? found = byMark.GetValueOrDefault(mark);
                HereGroup? taken = found is null && _options.TakesOverGroups && byName[group.DisplayName].Take(2).ToArray() is [var only] ? only : null;
                Guid id = (found ?? taken)?.Id ?? newId();
                _keptGroups.Add(id);
                if ((found ?? taken) is { } present)
                {
                    string? name = present.DisplayName == group.DisplayName ? null : group.DisplayName;
                    string? description = group.Description is null || present.Description == group.Description ? null : group.Description;
                    _unchanged += name is null && description is null && taken is null ? 1 : 0;
                    if (name is not null || description is not null || taken is not null)
                    {
                        _changes.Add(new SyncChange.UpdateGroup(id, present.DisplayName, name, description, taken is null ? null : mark));
                    }
                }
                else
                {
                    _changes.Add(new SyncChange.CreateGroup(id, group, mark));
                }

                IReadOnlySet<Guid> members = here.Members.GetValueOrDefault(id) ?? new HashSet<Guid>();
                HashSet<Guid> wanted = [];
                foreach (string key in group.Members)
                {
                    if (_people.TryGetValue(key, out (Guid Id, string Name) person) && wanted.Add(person.Id) && !members.Contains(person.Id))
                    {
                        _changes.Add(new SyncChange.AddMember(id, group.DisplayName, person.Id, person.Name));
                    }
                }

                leaving.AddRange(_options.Missing == Missing.Keep ? [] : members.Where(user => !wanted.Contains(user) && !GoesAnyway(user)).Order()
                    .Select(user => new SyncChange.RemoveMember(id, group.DisplayName, user, names.GetValueOrDefault(user) ?? $"{user}")));
            }

            // A group that the source does not have any more gives nobody anything; it goes only when that is asked for.
            if (_options.Missing == Missing.Disable)
            {
                leaving.AddRange(OwnGroups().Where(group => !_keptGroups.Contains(group.Id)).SelectMany(group => (here.Members.GetValueOrDefault(group.Id) ?? new HashSet<Guid>()).Order()
                    .Select(user => new SyncChange.RemoveMember(group.Id, group.DisplayName, user, names.GetValueOrDefault(user) ?? $"{user}"))));
            }

            memberLosses = leaving.Count;
            return leaving;
        }

        // Who is deleted leaves every group with that.
        private bool GoesAnyway(Guid user) => _options.Missing == Missing.Delete && !_kept.Contains(user) && OwnIds.Contains(user);

        private HashSet<Guid> OwnIds => field ??= [.. OwnUsers().Select(user => user.Id)];

        private void EndMissing()
        {
            if (_options.Missing == Missing.Keep)
            {
                return;
            }

            foreach (HereUser user in OwnUsers().Where(user => !_kept.Contains(user.Id)))
            {
                if (_options.Missing == Missing.Delete)
                {
                    _userLosses++;
                    _changes.Add(new SyncChange.DeleteUser(user.Id, user.UserPrincipalName));
                }
                else if (user.IsEnabled)
                {
                    _userLosses++;
                    _changes.Add(new SyncChange.DisableUser(user.Id, user.UserPrincipalName, "the source does not have them any more"));
                }
            }

            if (_options.Missing == Missing.Delete)
            {
                _changes.AddRange(OwnGroups().Where(group => !_keptGroups.Contains(group.Id)).Select(group => new SyncChange.DeleteGroup(group.Id, group.DisplayName)));
            }
        }

        private string? Guard(int memberLosses, int groupLosses)
        {
            int users = OwnUsers().Count(), groups = OwnGroups().Count(), members = OwnGroups().Sum(group => here.Members.GetValueOrDefault(group.Id)?.Count ?? 0);
            return users > 0 && source.Users.Count == 0 && _options.Missing != Missing.Keep
                ? $"the source has nobody, and {_options.Name} brought {users} users: is it the right one? {Way}"
                : SyncGuard.Look(_userLosses, users, $"users of {_options.Name} would be disabled or deleted")
                ?? SyncGuard.Look(memberLosses, members, $"memberships of {_options.Name} would end")
                ?? SyncGuard.Look(groupLosses, groups, $"groups of {_options.Name} would be deleted");
        }
    }

    internal static string Way { get; } = "Nothing was changed (B813). Look at it with --dry-run; give --allow-mass-removal if that is what you want.";

    /// <summary>How many changes there are of each kind.</summary>
    public SortedDictionary<string, int> Counts()
    {
        SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (SyncChange change in Changes)
        {
            counts[change.Kind] = counts.GetValueOrDefault(change.Kind) + 1;
        }

        return counts;
    }
}

/// <summary>Whether much of what a sync brought would go at once (B813).</summary>
internal static class SyncGuard
{
    /// <summary>Whether so many of those there are are many.</summary>
    public static bool IsMany(int losing, int there) => there >= SyncLimits.RemovalLeast && losing * 100L > there * (long)SyncLimits.RemovalPercent;

    /// <summary>Why not, a sentence with both numbers and the limit; null when few go.</summary>
    public static string? Look(int losing, int there, string what) => IsMany(losing, there)
        ? string.Create(CultureInfo.InvariantCulture, $"{losing} of {there} {what}, {losing * 100L / there} %; the limit is {SyncLimits.RemovalPercent} %. {SyncPlan.Way}")
        : null;
}
