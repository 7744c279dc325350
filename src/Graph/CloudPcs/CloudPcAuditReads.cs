using System.Globalization;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;

namespace Berth.Graph.CloudPcs;

/// <summary><c>auditEvents</c> of Windows 365 (C158): the journal as activities, newest first. A filter that finds little gives short pages with a link.</summary>
internal static class CloudPcAuditReads
{
    private static readonly Shape<Actor> ActorShape = new(
        "cloudPcAuditActor",
        new TextProperty<Actor>("applicationDisplayName", static actor => actor.Kind == ActorKind.User ? null : actor.DisplayName),
        new TextProperty<Actor>("applicationId", static actor => actor.Kind == ActorKind.Application ? actor.Id?.ToString() : null),
        new TextProperty<Actor>("ipAddress", static _ => null),
        new TextProperty<Actor>("remoteTenantId", static _ => null),
        new TextProperty<Actor>("remoteUserId", static _ => null),
        new TextProperty<Actor>("servicePrincipalName", static _ => null),
        new TextProperty<Actor>("userId", static actor => actor.Kind == ActorKind.User ? actor.Id?.ToString() : null),
        new ValuesProperty<Actor, string>("userPermissions", static _ => [], new Operand<string>.Text(static permission => permission)),
        new TextProperty<Actor>("userPrincipalName", static actor => actor.Kind == ActorKind.User ? actor.DisplayName : null));

    private static readonly Shape<(string Name, string? Old, string? New)> Modified = new(
        "cloudPcAuditProperty",
        new TextProperty<(string Name, string? Old, string? New)>("displayName", static change => change.Name),
        new TextProperty<(string Name, string? Old, string? New)>("oldValue", static change => change.Old),
        new TextProperty<(string Name, string? Old, string? New)>("newValue", static change => change.New));

    private static readonly Shape<CloudPcAuditResource> Resource = new(
        "cloudPcAuditResource",
        new TextProperty<CloudPcAuditResource>("displayName", static resource => resource.DisplayName),
        new TextProperty<CloudPcAuditResource>("resourceId", static resource => resource.Id?.ToString()),
        new PartsProperty<CloudPcAuditResource, (string Name, string? Old, string? New)>("modifiedProperties", Modified, static _ => []));

    private static readonly Shape<CloudPcAuditRow> Audit = Shape<CloudPcAuditRow>.Entity(
        "cloudPcAuditEvent",
        [
            new ObjectIdProperty<CloudPcAuditRow>("id", static row => row.Id) { IsDefault = true },
            new TextProperty<CloudPcAuditRow>("displayName", static row => row.Activity.Type) { IsDefault = true },
            new TextProperty<CloudPcAuditRow>("componentName", static row => row.Activity.Component) { IsDefault = true },
            new TextProperty<CloudPcAuditRow>("activity", static row => row.Activity.Type) { IsDefault = true },
            new TimeProperty<CloudPcAuditRow>("activityDateTime", static row => row.Happened.At) { IsDefault = true },
            new TextProperty<CloudPcAuditRow>("activityType", static row => row.Activity.Type) { IsDefault = true },
            new TextProperty<CloudPcAuditRow>("activityOperationType", static row => row.Activity.Operation) { IsDefault = true },
            new TextProperty<CloudPcAuditRow>("activityResult", static _ => "success") { IsDefault = true },
            new TextProperty<CloudPcAuditRow>("correlationId", static row => row.Id.ToString()) { IsDefault = true },
            new TextProperty<CloudPcAuditRow>("category", static _ => "cloudPC") { IsDefault = true },
            new PartProperty<CloudPcAuditRow, Actor>("actor", ActorShape, static row => row.Happened.Actor, static _ => true) { IsDefault = true },
            new PartsProperty<CloudPcAuditRow, CloudPcAuditResource>("resources", Resource, static row => row.Resources()) { IsDefault = true },
        ]);

    private static readonly QueryReader<CloudPcAuditRow> Pages = new(Audit, QueryOptions.Select | QueryOptions.Filter | QueryOptions.OrderBy | QueryOptions.Page);

    private static readonly Resource<CloudPcAuditRow> Audits = new(Audit, "deviceManagement/virtualEndpoint/auditEvents");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/auditEvents", CloudPcAccess.Read, List),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/auditEvents/$count", CloudPcAccess.Read, Count),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/auditEvents/getAuditActivityTypes", CloudPcAccess.Read, Types),
        new(GraphMethod.Get, $"{CloudPcAccess.Root}/auditEvents/{{auditEvent}}", CloudPcAccess.Read, One),
    ];

    private static Handling Types(Tenant tenant, GraphRequest request, RouteKeys keys) => GraphResponse.Json(200, request, static (json, request) =>
    {
        json.WriteStartObject();
        if (!request.WithoutMetadata)
        {
            json.WriteString("@odata.context"u8, $"{request.ServiceRoot}/$metadata#Collection(Edm.String)");
        }

        json.WriteStartArray("value"u8);
        foreach (CloudPcActivity activity in CloudPcActivity.ByCommand.Values)
        {
            json.WriteStringValue(activity.Type);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        if (Pages.Read(request.Query, out Query<CloudPcAuditRow> query, out string key, out SkipToken? token) is { } error)
        {
            return GraphResponse.Error(request, error);
        }

        if (query.Order is not ([] or [{ Descending: true, Operand: Operand<CloudPcAuditRow>.Time }]))
        {
            return GraphResponse.Error(request, GraphError.UnsupportedQuery("Audit events are sorted by activityDateTime desc and by nothing else."));
        }

        long below = tenant.Version + 1;
        if (token is not null)
        {
            if (token.Keys is not [{ } number] || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
            {
                return GraphResponse.Error(request, GraphError.BadQuery("The $skiptoken is not one that was given out here.") with { Target = "$skiptoken" });
            }

            below = Math.Min(below, sequence);
        }

        return new Handling.Working((desk, cancel) => PageAsync(desk, tenant, request, query, key, below, cancel));
    }

    private static Handling Count(Tenant tenant, GraphRequest request, RouteKeys keys) => Pages.Read(request.Query, out Query<CloudPcAuditRow> query, out _, out _) is { } error
        ? GraphResponse.Error(request, error)
        : new Handling.Working((desk, cancel) => CountAsync(desk, tenant, request, query, cancel));

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        if (!Guid.TryParse(key, out Guid id) || CloudPcAuditRow.SequenceOf(tenant.Profile.Id, id) is var sequence && (sequence <= 0 || sequence > tenant.Version))
        {
            return GraphResponse.Error(request, GraphError.NotFound(key));
        }

        return new Handling.Working((desk, cancel) => OneAsync(desk, tenant, request, id, sequence, cancel));
    }

    private static async ValueTask<GraphResponse> PageAsync(
        TenantDesk desk, Tenant tenant, GraphRequest request, Query<CloudPcAuditRow> query, string key, long below, CancellationToken cancel)
    {
        int size = query.Top ?? GraphLimits.DefaultPage;
        DateTimeOffset oldest = tenant.Now(request.ReceivedAt) - GraphLimits.AuditRetention;
        List<CloudPcAuditRow> rows = [];
        Dictionary<int, ProvisioningPolicy> policies = [];
        HashSet<int> nameless = [];
        long? next = null;
        int entries = 0;
        await foreach (TenantEvent happened in desk.ReadBackAsync(below, cancel).ConfigureAwait(false))
        {
            Learn(happened, policies, nameless);
            if (next is null)
            {
                if (happened.At < oldest)
                {
                    break;
                }

                if (rows.Count == size || ++entries > GraphLimits.AuditScanEntries)
                {
                    next = happened.Sequence + 1;
                }
                else if (CloudPcAuditRow.Of(tenant.Profile.Id, happened, policies) is { } row && query.Takes(row))
                {
                    rows.Add(row);
                    if (row.DeletedPolicy is { } policy)
                    {
                        nameless.Add(policy);
                    }
                }
            }

            // Names of policies that are gone stand further back.
            if (next is not null && (nameless.Count == 0 || ++entries > 2 * GraphLimits.AuditScanEntries))
            {
                break;
            }
        }

        return GraphResponse.Json(200, (request, query, key, rows, next), static (json, s) =>
        {
            (GraphRequest request, Query<CloudPcAuditRow> query, string key, List<CloudPcAuditRow> rows, long? next) = s;
            json.WriteStartObject();
            if (!request.WithoutMetadata)
            {
                string select = query.SelectList is null ? "" : $"({query.SelectList})";
                json.WriteString("@odata.context"u8, $"{request.ServiceRoot}/$metadata#deviceManagement/virtualEndpoint/auditEvents{select}");
            }

            if (next is { } sequence)
            {
                string token = new SkipToken(0, [sequence.ToString(CultureInfo.InvariantCulture)]).Encode();
                json.WriteString("@odata.nextLink"u8, $"{request.ServiceRoot}{request.Path.Text}?{key}{(key.Length > 0 ? "&" : "")}$skiptoken={token}");
            }

            json.WriteStartArray("value"u8);
            foreach (CloudPcAuditRow row in rows)
            {
                json.WriteStartObject();
                Shape<CloudPcAuditRow>.Write(json, row, query.Selected);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    // B379: every entry is looked at that is young enough: a count is a number, never a part of one.
    private static async ValueTask<GraphResponse> CountAsync(TenantDesk desk, Tenant tenant, GraphRequest request, Query<CloudPcAuditRow> query, CancellationToken cancel)
    {
        DateTimeOffset oldest = tenant.Now(request.ReceivedAt) - GraphLimits.AuditRetention;
        Dictionary<int, ProvisioningPolicy> none = [];
        int count = 0, entries = 0;
        await foreach (TenantEvent happened in desk.ReadBackAsync(tenant.Version + 1, cancel).ConfigureAwait(false))
        {
            if (happened.At < oldest)
            {
                break;
            }

            if (++entries > GraphLimits.AuditCountEntries)
            {
                return GraphResponse.Error(request, GraphError.UnsupportedQuery(
                    $"Audit events are counted in the newest {GraphLimits.AuditCountEntries} entries of the journal, and of the last {GraphLimits.AuditRetention.Days} days there are more. List them and follow @odata.nextLink.")
                    with { Target = "$count" });
            }

            count += CloudPcAuditRow.Of(tenant.Profile.Id, happened, none) is { } row && query.Takes(row) ? 1 : 0;
        }

        return GraphResponse.Of(200, ResponseBody.Text, System.Text.Encoding.UTF8.GetBytes(count.ToString(CultureInfo.InvariantCulture)));
    }

    private static async ValueTask<GraphResponse> OneAsync(TenantDesk desk, Tenant tenant, GraphRequest request, Guid id, long sequence, CancellationToken cancel)
    {
        DateTimeOffset oldest = tenant.Now(request.ReceivedAt) - GraphLimits.AuditRetention;
        Dictionary<int, ProvisioningPolicy> policies = [];
        HashSet<int> nameless = [];
        CloudPcAuditRow? found = null;
        int entries = 0;
        await foreach (TenantEvent happened in desk.ReadBackAsync(sequence + 1, cancel).ConfigureAwait(false))
        {
            Learn(happened, policies, nameless);
            if (found is null)
            {
                found = happened.At >= oldest && CloudPcAuditRow.Of(tenant.Profile.Id, happened, policies) is { } row && row.Id == id ? row : null;
                if (found?.DeletedPolicy is { } policy)
                {
                    nameless.Add(policy);
                }
            }

            if (nameless.Count == 0 || ++entries > GraphLimits.AuditScanEntries)
            {
                break;
            }
        }

        return found is { } answer ? Audits.One(request, answer) : GraphResponse.Error(request, GraphError.NotFound(id.ToString()));
    }

    // What policies were called that are asked for.
    private static void Learn(TenantEvent happened, Dictionary<int, ProvisioningPolicy> policies, HashSet<int> nameless)
    {
        if (nameless.Count > 0)
        {
            foreach (Change.PolicySet set in happened.Changes.OfType<Change.PolicySet>())
            {
                if (nameless.Remove(set.Index))
                {
                    policies[set.Index] = set.Policy;
                }
            }
        }
    }
}
