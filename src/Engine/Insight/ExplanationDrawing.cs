using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>Draws an explanation: it asks the functions that decide, and keeps what they say.</summary>
internal sealed class ExplanationDrawing
{
    private readonly Tenant _tenant;
    private readonly int _user;
    private readonly Sku _sku;
    private readonly DecisionContext _context;
    private readonly User _person;
    private readonly UserLicenses _licenses;

    public ExplanationDrawing(Tenant tenant, int user, int sku, DecisionContext context)
    {
        (_tenant, _user, _sku, _context) = (tenant, user, tenant.Catalog.Skus[sku], context);
        (_person, _licenses) = (tenant.Users[user]!, tenant.LicensesOf(user));
    }

    /// <summary>The explanation.</summary>
    public Explanation Draw()
    {
        LicensePath[] paths = [.. LicenseState.Of(_tenant, _user).Where(state => state.Sku == _sku.Index)
            .Select(state => new LicensePath(state.Group, state, state.Group < 0 || _tenant.GroupsOf(_user).Span.BinarySearch(state.Group) >= 0))];
        Blocker[] blockers = [.. paths.Length == 0 ? OfDirect() : paths.Where(path => path.State.Error != LicenseError.None).SelectMany(OfPath)];
        bool has = _licenses.Holds(_sku.Index);
        return new Explanation(
            _user,
            _sku.Index,
            has,
            paths.ToValueArray(),
            blockers.ToValueArray(),
            paths.Length == 0 ? Nested().ToValueArray() : [],
            Queue(),
            CloudPcs().ToValueArray(),
            has ? [] : new FixSearch(_tenant, _user, _sku.Index, blockers, _context).Find());
    }

    // The SKU's own violation, and with G6 those of its siblings.
    private IEnumerable<Blocker> OfPath(LicensePath path)
    {
        Trouble trouble = _licenses.Source(path.Group)!.Value.Trouble!;
        foreach (SkuError error in trouble.Errors)
        {
            if (error.Sku == _sku.Index ? error.Error != LicenseError.Other : path.State.Error == LicenseError.Other && error.Error != LicenseError.Other)
            {
                yield return new Blocker(path.Group, error.Sku, error.Error, ErrorDetails.Of(_tenant, _user, path.Group, error));
            }
        }
    }

    private IEnumerable<Blocker> OfDirect()
    {
        Command assign = new Command.AssignUserLicenses(_person.Id, [new LicenseRequest(_sku.Id, [])], []);
        if (Deciding.Decide(_tenant, assign, _context) is Decision.Refused refused)
        {
            yield return new Blocker(-1, _sku.Index, LicenseError.None, refused.Refusal);
        }
    }

    private IEnumerable<int> Nested()
    {
        HashSet<int> seen = [.. _tenant.GroupsOf(_user)];
        Queue<int> inner = new(seen);
        while (inner.TryDequeue(out int group))
        {
            foreach (int outer in _tenant.ParentsOf(group).Where(seen.Add))
            {
                inner.Enqueue(outer);
                if (!_tenant.Groups[outer].IsDeleted && _tenant.Groups[outer].Licenses.Contains(_sku.Index))
                {
                    yield return outer;
                }
            }
        }
    }

    private QueuePlace? Queue()
    {
        int ahead = 0;
        List<WaitingPair> first = [];
        foreach (WaitingPair pair in _tenant.WaitingFor(_sku.Index))
        {
            if (_tenant.LicensesOf(pair.User).Source(pair.Group)?.Trouble?[_sku.Index] != LicenseError.CountViolation)
            {
                continue;
            }

            if (pair.User == _user)
            {
                return new QueuePlace(ahead, first.ToValueArray(), pair.Since.At);
            }

            ahead++;
            if (first.Count < QueuePlace.MostNamed)
            {
                first.Add(pair);
            }
        }

        return null;
    }

    private IEnumerable<ExplainedCloudPc> CloudPcs()
    {
        foreach (int plan in _sku.Plans)
        {
            if (_tenant.Catalog.CloudPcPlanOf(plan) is { } kind)
            {
                CloudPc? row = _tenant.Fleet.OfUser(_user).Select(index => _tenant.Fleet.CloudPcs[index]).FirstOrDefault(one => one?.Plan == plan);
                yield return new ExplainedCloudPc(plan, row, Lack(plan, kind, row));
            }
        }
    }

    private CloudPcLack Lack(int plan, CloudPcPlan kind, CloudPc? row)
    {
        if (kind.Kind == CloudPcKind.Frontline)
        {
            return row is null ? CloudPcLack.Frontline : row.Status == CloudPcStatus.PendingProvision ? CloudPcLack.NoSlot : CloudPcLack.None;
        }

        if (!_licenses.CloudPcPlans(_tenant.Catalog).Contains(plan))
        {
            return row is { IsUsable: true } ? CloudPcLack.None : _licenses.Holds(_sku.Index) ? CloudPcLack.PlanDisabled : CloudPcLack.NoLicense;
        }

        return row?.Status switch
        {
            CloudPcStatus.PendingProvision => CloudPcLack.NoSlot,
            CloudPcStatus.NotProvisioned when row.AllocatedAt is null => CloudPcLack.NoPolicy,
            null => CloudPcLack.NoPolicy,
            _ => CloudPcLack.None,
        };
    }
}
