using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Graph.Errors;
using Berth.Graph.Reads;

namespace Berth.Graph.CloudLicensing;

/// <summary>Assignment errors: the rows of <c>licenseAssignmentStates</c> that show one, those of pairs that wait longest first (B585).</summary>
internal static class AssignmentErrors
{
    /// <summary>Those of a user, in the order of the states.</summary>
    public static IEnumerable<AssignmentErrorRow> Of(UserRow user)
    {
        foreach (LicenseState state in LicenseState.Of(user.Tenant, user.Position))
        {
            if (state.Error != LicenseError.None)
            {
                WaitingSince since = user.Licenses.Source(state.Group)!.Value.Trouble!.Since;
                yield return new AssignmentErrorRow(
                    user.Tenant, new WaitingPair(since, user.User.Id, user.Tenant.Groups[state.Group].Id, user.Position, state.Group), state);
            }
        }
    }

    /// <summary>The error of an id, or null.</summary>
    public static AssignmentErrorRow? Find(Tenant tenant, string id)
    {
        if (LicensingId.Read(LicensingKind.AssignmentError, id) is [var userId, var groupId, var skuId] && UserReads.At(tenant, tenant.FindUser(userId)) is { } user)
        {
            foreach (AssignmentErrorRow row in Of(user))
            {
                if (row.Pair.GroupId == groupId && row.SkuId == skuId)
                {
                    return row;
                }
            }
        }

        return null;
    }

    /// <summary>Where a row stands among all.</summary>
    public static string Mark(AssignmentErrorRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.State.Sku} {QueueMark.Of(row.Pair)}");

    /// <summary>Those of everybody after a mark; null for a mark that is none.</summary>
    public static IEnumerable<AssignmentErrorRow>? After(Tenant tenant, string? mark)
    {
        if (mark is null)
        {
            return All(tenant, tenant.Troubled);
        }

        return Read(mark) is var (last, sku) ? All(tenant, tenant.Troubled.From(last)).Where(row => row.Pair.CompareTo(last) != 0 || row.State.Sku > sku) : null;
    }

    /// <summary>Those of a user after a mark; null for a mark that is none.</summary>
    public static IEnumerable<AssignmentErrorRow>? After(UserRow user, string? mark)
    {
        if (mark is null)
        {
            return Of(user);
        }

        return Read(mark) is var (last, sku) ? Of(user).SkipWhile(row => row.Pair.CompareTo(last) != 0 || row.State.Sku <= sku) : null;
    }

    /// <summary>The error's name: Graph's published one for a missing dependency, else that of the state.</summary>
    public static string Code(AssignmentErrorRow row) =>
        Reason(row).Code == RefusalCode.MissingDependency ? nameof(RefusalCode.MissingDependency) : LicenseShapes.Name(row.State.Error);

    /// <summary>The error in words, with the plans it is about.</summary>
    public static string Message(AssignmentErrorRow row)
    {
        Refusal reason = Reason(row);
        return reason.Code != RefusalCode.MissingDependency ? reason.ToError().Message
            : reason.Ids.Count == 0 ? $"License {reason.Subject} cannot be assigned: a service plan that it depends on is missing."
            : $"Service plan {reason.Subject} cannot be assigned without service plan {string.Join(" or ", reason.Ids)}, which this user does not currently have.";
    }

    private static (WaitingPair Pair, int Sku)? Read(string mark)
    {
        int space = mark.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && int.TryParse(mark.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out int sku) && QueueMark.Read(mark[(space + 1)..]) is { } pair
            ? (pair, sku)
            : null;
    }

    private static Refusal Reason(AssignmentErrorRow row) =>
        ErrorDetails.Of(row.Tenant, row.Pair.User, row.Pair.Group, new SkuError(row.State.Sku, row.State.Error));

    private static IEnumerable<AssignmentErrorRow> All(Tenant tenant, IEnumerable<WaitingPair> pairs)
    {
        foreach (WaitingPair pair in pairs)
        {
            foreach (LicenseState state in LicenseState.Of(tenant, pair.User))
            {
                if (state.Group == pair.Group && state.Error != LicenseError.None)
                {
                    yield return new AssignmentErrorRow(tenant, pair, state);
                }
            }
        }
    }
}
