using System.Runtime.InteropServices;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <content>
/// The window for the license of another size (B276). Many windows can be open at once, so only those are looked at for which something changed: their user, or
/// some slot, and then each once.
/// </content>
internal sealed partial class Lifecycle
{
    // Rows whose resize waits for nothing but a slot, by the plan they are to have; how far that is known is below.
    private Dictionary<int, SortedSet<int>>? _forSlot;
    private Dictionary<int, int>? _targets;
    private bool _allTargets;

    // A resize begins where slots are given.
    private void LookAtResize(int index, CloudPc row, ValueArray<Coverage> coverage)
    {
        if (_draft.User(row.User) is null || !coverage.Any(one => one.Policy == row.Policy))
        {
            EnterGrace(index, row, _draft.User(row.User) is null ? CloudPcReason.UserDeleted : WhyUncovered(row), Now);
        }
    }

    // Begins the resize with the lowest number that can.
    private bool BeginResize()
    {
        if (!_allTargets && Fleet.Resizes.Count > 0 && (Fleet.SlotsFreed || _draft.SlotsMayHaveChanged))
        {
            _allTargets = true;
            foreach (int index in Fleet.Resizes)
            {
                Target(index);
            }
        }

        foreach (int user in Fleet.Stirred)
        {
            foreach (int index in Fleet.OfUser(user))
            {
                Target(index);
            }
        }

        Fleet.Stirred.Clear();
        int next = int.MaxValue;
        foreach ((int plan, SortedSet<int> rows) in _forSlot ?? [])
        {
            next = rows.Count > 0 && rows.Min < next && FreeSlots(plan) > 0 ? rows.Min : next;
        }

        if (next < int.MaxValue)
        {
            StartResize(next, Fleet.CloudPc(next)!, _targets![next], CloudPcReason.ResizeLicenseFound);

            // Its window kept other rows of the user away (B276).
            Turn(Fleet.CloudPc(next)!);
        }

        return next < int.MaxValue;
    }

    private void Target(int index)
    {
        if (_targets is { } known && known.Remove(index, out int before))
        {
            _forSlot![before].Remove(index);
        }

        if (Fleet.CloudPc(index) is { Status: CloudPcStatus.ResizePendingLicense } row && FindTarget(index, row) is >= 0 and int target)
        {
            (_targets ??= [])[index] = target;
            (CollectionsMarshal.GetValueRefOrAddDefault(_forSlot ??= [], target, out _) ??= []).Add(index);
        }
    }

    // The plan that a row takes whose old one is not licensed any more; -1 while there is none.
    private int FindTarget(int index, CloudPc row)
    {
        ValueArray<int> licensed = LicensedPlans(row.User);
        if (licensed.Count == 0 || licensed.Span.Contains(row.Plan))
        {
            return -1;
        }

        HashSet<int> others = [];
        foreach (int one in Fleet.OfUser(row.User))
        {
            if (one != index && Fleet.CloudPc(one) is { Status: not CloudPcStatus.Deprovisioning } other)
            {
                others.Add(other.Plan);
            }
        }

        int disk = _draft.Catalog.CloudPcPlanOf(row.Plan)!.Size.Disk;
        bool Fits(int plan) => !others.Contains(plan) && _draft.Catalog.CloudPcPlanOf(plan) is { Kind: CloudPcKind.Enterprise, HasGraphics: false } size && size.Size.Disk >= disk;
        return licensed.Span.Contains(row.ResizeTo!.Value) && Fits(row.ResizeTo.Value)
            ? row.ResizeTo.Value
            : licensed.Where(Fits).OrderBy(plan => _draft.Catalog.Plans[plan].Id).Cast<int?>().FirstOrDefault() ?? -1;
    }
}
