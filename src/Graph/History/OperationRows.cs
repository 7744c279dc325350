using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph.Audit;

namespace Berth.Graph.History;

/// <summary>What an operation did, row by row: a row for each SKU from each source of a user, and for each Cloud PC, each made when it is asked for (B507).</summary>
internal sealed class OperationRows
{
    private readonly Tenant _tenant;
    private readonly DepartedUsers _departed;
    private readonly List<(int Count, Action<Utf8JsonWriter, int> Row)> _parts = [];

    /// <summary>The rows of an operation.</summary>
    /// <param name="tenant">The tenant now.</param>
    /// <param name="departed">The names of users who are gone for good.</param>
    /// <param name="happened">The operation.</param>
    /// <param name="licenses">Whether licenses are told.</param>
    /// <param name="machines">Whether Cloud PCs are told.</param>
    public OperationRows(Tenant tenant, DepartedUsers departed, TenantEvent happened, bool licenses, bool machines)
    {
        (_tenant, _departed) = (tenant, departed);
        foreach (Change change in happened.Changes)
        {
            switch (change)
            {
                case Change.DirectSet set when licenses:
                    Add(set.Users, Rows(set.Before, [], set.After, []), null);
                    break;
                case Change.SourceSet set when licenses:
                    Add(set.Users, Rows(set.AppliedBefore, set.ErrorsBefore, set.Applied, set.Trouble?.Errors ?? []), tenant.Groups[set.Group].Id);
                    break;
                case Change.CloudPcSet set when machines:
                    _parts.Add((1, (json, _) => Machine(json, set.CloudPc.Id, set.CloudPc.UserId, set.CloudPc.Status.ToName())));
                    break;
                case Change.CloudPcsCame came when machines:
                    _parts.Add((came.Indexes.Count, (json, at) => Machine(json, IdsByName.OfCloudPc(tenant.Profile.Id, came.Indexes[at]), PersonOf(came.Users[at])?.Id ?? Guid.Empty, came.Status.ToName())));
                    break;
            }
        }

        Count = _parts.Sum(static part => part.Count);
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Writes some of them.</summary>
    public void Write(Utf8JsonWriter json, int skip, int most)
    {
        foreach ((int count, Action<Utf8JsonWriter, int> row) in _parts)
        {
            for (int at = skip; at < count && most > 0; at++, most--)
            {
                json.WriteStartObject();
                row(json, at);
                json.WriteEndObject();
            }

            skip = Math.Max(0, skip - count);
        }
    }

    private static List<(int Sku, string? Before, string? After, LicenseError Error)> Rows(
        LicenseSet before, ValueArray<SkuError> errorsBefore, LicenseSet after, ValueArray<SkuError> errorsAfter)
    {
        List<(int Sku, string? Before, string? After, LicenseError Error)> rows = [];
        foreach (int sku in before.Items.Concat(after.Items).Select(static item => item.Sku).Concat(errorsBefore.Concat(errorsAfter).Select(static error => error.Sku)).Distinct().Order())
        {
            LicenseError was = errorsBefore.FirstOrDefault(error => error.Sku == sku).Error, now = errorsAfter.FirstOrDefault(error => error.Sku == sku).Error;
            (string? state, string? becomes) = (State(before.Contains(sku), was), State(after.Contains(sku), now));
            if (state != becomes || was != now || before.Disabled(sku) != after.Disabled(sku))
            {
                rows.Add((sku, state, becomes, now));
            }
        }

        return rows;
    }

    private static string? State(bool applied, LicenseError error) =>
        applied ? error == LicenseError.None ? "Active" : "ActiveWithError" : error == LicenseError.None ? null : "Error";

    private void Add(ValueArray<int> users, List<(int Sku, string? Before, string? After, LicenseError Error)> rows, Guid? group)
    {
        if (rows.Count == 0)
        {
            return;
        }

        _parts.Add((users.Count * rows.Count, (json, at) =>
        {
            (int sku, string? before, string? after, LicenseError error) = rows[at % rows.Count];
            User? person = PersonOf(users[at / rows.Count]);
            json.WriteString("kind"u8, "license"u8);
            json.WriteString("userId"u8, person?.Id.ToString());
            json.WriteString("userPrincipalName"u8, person?.UserPrincipalName);
            json.WriteString("skuId"u8, _tenant.Catalog.Skus[sku].Id);
            json.WriteString("source"u8, group?.ToString() ?? "direct");
            json.WriteString("before"u8, before);
            json.WriteString("after"u8, after);
            json.WriteString("error"u8, error.ToString());
        }));
    }

    private static void Machine(Utf8JsonWriter json, Guid id, Guid user, string status)
    {
        json.WriteString("kind"u8, "cloudPC"u8);
        json.WriteString("id"u8, id);
        json.WriteString("userId"u8, user == Guid.Empty ? null : user.ToString());
        json.WriteString("status"u8, status);
    }

    private User? PersonOf(int index) => _departed.Whoever(_tenant, index);
}
