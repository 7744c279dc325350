using System.Collections;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>
/// Compares the licenses of users between two states of a tenant (B503). Of a million users most differ alike, so the difference of a source is worked out
/// once for all neighbors that share it.
/// </summary>
internal sealed class LicenseComparison(Tenant before, Tenant after)
{
    private readonly List<PlannedLicense> _lost = [];
    private readonly List<PlannedLicense> _failed = [];
    private readonly List<PlannedLicense> _rest = [];
    private readonly List<PlannedLicense> _ofUser = [];
    private readonly HashSet<int> _skus = [];
    private SourceDifference? _last;

    /// <summary>Users who hold a SKU that they did not hold.</summary>
    public int Gaining { get; private set; }

    /// <summary>Users who held a SKU that they do not hold.</summary>
    public int Losing { get; private set; }

    /// <summary>Users with a new error.</summary>
    public int InError { get; private set; }

    /// <summary>The SKUs of the rows.</summary>
    public IEnumerable<int> Skus => _skus;

    /// <summary>The rows: what is lost, what fails, the rest; each in the order of the users' ids.</summary>
    public ValueArray<PlannedLicense> Rows() => [.. _lost, .. _failed, .. _rest];

    /// <summary>Compares users.</summary>
    /// <param name="users">Which, by index.</param>
    public void Compare(BitArray users)
    {
        List<Guid> ids = [];
        List<int> indexes = [];
        for (int user = 0; user < users.Count; user++)
        {
            if (users[user])
            {
                ids.Add(Person(user).Id);
                indexes.Add(user);
            }
        }

        (Guid[] keys, int[] order) = ([.. ids], [.. indexes]);
        Array.Sort(keys, order);
        foreach (int user in order)
        {
            Compare(user);
        }
    }

    private User Person(int user) =>
        (user < after.Users.Count ? after.Users[user] : null) ?? (user < before.Users.Count ? before.Users[user] : null) ?? after.Deleted.Users[user].User;

    private void Compare(int user)
    {
        UserLicenses was = user < before.Users.Count ? before.LicensesOf(user) : UserLicenses.None, now = after.LicensesOf(user);
        User person = Person(user);
        _ofUser.Clear();
        if (!ReferenceEquals(was.Direct, now.Direct))
        {
            Take(person, Difference(-1, was.Direct, LicenseSet.Empty, [], now.Direct, LicenseSet.Empty, []));
        }

        ReadOnlySpan<GroupSource> old = was.Groups.Span, young = now.Groups.Span;
        for (int i = 0, j = 0; i < old.Length || j < young.Length;)
        {
            int turn = i == old.Length ? 1 : j == young.Length ? -1 : old[i].Group.CompareTo(young[j].Group);
            GroupSource? one = turn <= 0 ? old[i++] : null, other = turn >= 0 ? young[j++] : null;
            int group = (one ?? other)!.Value.Group;
            Take(person, Difference(
                group, one?.Applied ?? LicenseSet.Empty, one is null ? LicenseSet.Empty : Wanted(before, user, group), one?.Trouble?.Errors ?? [],
                other?.Applied ?? LicenseSet.Empty, other is null ? LicenseSet.Empty : Wanted(after, user, group), other?.Trouble?.Errors ?? []));
        }

        if (_ofUser.Count == 0)
        {
            return;
        }

        Count(was, now);
        if (_ofUser.Count > 1)
        {
            _ofUser.Sort(Order);
        }

        foreach (PlannedLicense row in _ofUser)
        {
            (row.After is null ? _lost : row.Error != LicenseError.None ? _failed : _rest).Add(row);
        }
    }

    private static LicenseSet Wanted(Tenant tenant, int user, int group) => LicenseState.Wanted(tenant, user, group);

    private int Order(PlannedLicense one, PlannedLicense other) => one.Sku != other.Sku
        ? after.Catalog.Skus[one.Sku].Id.CompareTo(after.Catalog.Skus[other.Sku].Id)
        : Nullable.Compare(one.GroupId, other.GroupId);

    private void Count(UserLicenses was, UserLicenses now)
    {
        (bool gains, bool loses, bool fails) = (false, false, false);
        foreach (PlannedLicense row in _ofUser)
        {
            (bool held, bool holds) = (was.Holds(row.Sku), now.Holds(row.Sku));
            gains |= holds && !held;
            loses |= held && !holds;
            fails |= row.Error != LicenseError.None;
            _skus.Add(row.Sku);
        }

        Gaining += gains ? 1 : 0;
        Losing += loses ? 1 : 0;
        InError += fails ? 1 : 0;
    }

    private void Take(User person, SourceDifference difference)
    {
        foreach ((int sku, AssignmentState? state, AssignmentState? becomes, LicenseError error) in difference.Rows)
        {
            _ofUser.Add(new PlannedLicense(person.Id, person.UserPrincipalName, sku, difference.GroupId, state, becomes, error));
        }
    }

    private SourceDifference Difference(
        int group, LicenseSet was, LicenseSet wantedBefore, ValueArray<SkuError> errorsBefore, LicenseSet now, LicenseSet wantedNow, ValueArray<SkuError> errorsNow)
    {
        if (_last is { } last && last.Group == group && ReferenceEquals(last.Was, was) && ReferenceEquals(last.Now, now)
            && ReferenceEquals(last.WantedBefore, wantedBefore) && ReferenceEquals(last.WantedNow, wantedNow) && last.ErrorsBefore == errorsBefore && last.ErrorsNow == errorsNow)
        {
            return last;
        }

        List<(int Sku, AssignmentState? Before, AssignmentState? After, LicenseError Error)> rows = [];
        int[] skus = [.. new[] { was, wantedBefore, now, wantedNow }.SelectMany(static set => set.Items.Select(static item => item.Sku)).Distinct().Order()];
        foreach (int sku in skus)
        {
            (AssignmentState? state, LicenseError error, ValueArray<int> disabled) = State(sku, was, wantedBefore, errorsBefore);
            (AssignmentState? becomes, LicenseError shows, ValueArray<int> without) = State(sku, now, wantedNow, errorsNow);
            if (state != becomes || error != shows || disabled != without)
            {
                rows.Add((sku, state, becomes, error == shows ? LicenseError.None : shows));
            }
        }

        return _last = new SourceDifference(group, group < 0 ? null : after.Groups[group].Id, was, wantedBefore, errorsBefore, now, wantedNow, errorsNow, [.. rows]);
    }

    // What a row of licenseAssignmentStates says (L115, L116); plans that are only wanted change nothing for the user.
    private static (AssignmentState? State, LicenseError Error, ValueArray<int> Disabled) State(int sku, LicenseSet applied, LicenseSet wanted, ValueArray<SkuError> errors)
    {
        LicenseError error = LicenseError.None;
        foreach (SkuError one in errors.Span)
        {
            error = one.Sku == sku ? one.Error : error;
        }

        return applied.Disabled(sku) is { } inForce ? (error == LicenseError.None ? AssignmentState.Active : AssignmentState.ActiveWithError, error, inForce)
            : wanted.Disabled(sku) is not null ? (AssignmentState.Error, error, [])
            : (null, LicenseError.None, []);
    }

    private sealed record SourceDifference(
        int Group,
        Guid? GroupId,
        LicenseSet Was,
        LicenseSet WantedBefore,
        ValueArray<SkuError> ErrorsBefore,
        LicenseSet Now,
        LicenseSet WantedNow,
        ValueArray<SkuError> ErrorsNow,
        (int Sku, AssignmentState? Before, AssignmentState? After, LicenseError Error)[] Rows);
}
