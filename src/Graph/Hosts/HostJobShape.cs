using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Graph.Hosts;

/// <summary>A job on the wire, with all that an agent needs to do it (docs/how-to/write-a-host-agent.md).</summary>
internal static class HostJobShape
{
    /// <summary>Writes a job that an agent has got.</summary>
    public static void WriteClaimed(Utf8JsonWriter json, Tenant tenant, OpenJob open, HostLease lease)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, open.Job.Id);
        json.WriteString("leaseId"u8, lease.Id);
        json.WriteString("leaseExpiresDateTime"u8, lease.ExpiresAt.UtcDateTime);
        Begin(json, open.Job);
        if (open.CloudPc is { } row)
        {
            WriteCloudPc(json, tenant, row);
            WriteSnapshot(json, tenant, row, open.Job);
        }

        if (open.Snapshot is { } kept)
        {
            Snapshot(json, RestorePoints.Of(kept), null);
        }

        if (open.Connection is { } connection)
        {
            WriteConnection(json, connection);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a job for whoever wants to know what is being done.</summary>
    public static void WriteListed(Utf8JsonWriter json, OpenJob open, HostLease? lease)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, open.Job.Id);
        Begin(json, open.Job);
        json.WriteString("state"u8, open.Job.DueAt is not null ? "simulated" : lease is null ? "waiting" : "leased");
        Text(json, "dueDateTime"u8, open.Job.DueAt);
        Text(json, "cloudPcId"u8, open.CloudPc?.Id);
        Text(json, "connectionId"u8, open.Connection?.Id);
        Text(json, "snapshotId"u8, open.Snapshot?.Id);
        Text(json, "agent"u8, lease?.Agent);
        Text(json, "leaseExpiresDateTime"u8, lease?.ExpiresAt);
        if (lease is null)
        {
            json.WriteNull("percent"u8);
        }
        else
        {
            json.WriteNumber("percent"u8, lease.Percent);
        }

        Text(json, "message"u8, lease?.Message);
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, HostJob job)
    {
        json.WriteString("kind"u8, job.Kind.ToName());
        json.WriteNumber("attempt"u8, job.Attempt);
        json.WriteString("requestedDateTime"u8, job.RequestedAt.UtcDateTime);
    }

    private static void WriteCloudPc(Utf8JsonWriter json, Tenant tenant, CloudPc row)
    {
        ProvisioningPolicy? policy = tenant.Fleet.Policies.GetValueOrDefault(row.Policy);

        // All of it was fixed when the work began (B265, B274).
        CloudPcOrigin? origin = row.TakesOver ?? row.Origin;
        json.WriteStartObject("cloudPc"u8);
        json.WriteString("id"u8, row.Id);
        json.WriteString("displayName"u8, row.DisplayName);
        Text(json, "managedDeviceName"u8, row.ManagedDeviceName);
        Text(json, "userId"u8, row.IsShared ? null : row.UserId);
        Text(json, "userPrincipalName"u8, tenant.TryGetUser(row.User, out Engine.Directory.User? user) ? user.UserPrincipalName : null);
        json.WriteBoolean("localAdmin"u8, row.HasAdministrator);
        if (tenant.Catalog.CloudPcPlanOf(row.Plan) is { } plan)
        {
            WriteSize(json, plan);
        }

        Text(json, "provisioningPolicyId"u8, policy?.Id);
        Text(json, "imageId"u8, origin?.ImageId);
        Text(json, "imageDisplayName"u8, origin?.ImageDisplayName);
        Text(json, "joinType"u8, origin is null ? null : JsonNamingPolicy.CamelCase.ConvertName(origin.JoinType.ToString()));
        json.WriteBoolean("singleSignOn"u8, origin?.SingleSignOn ?? false);
        Text(json, "language"u8, origin?.Locale);
        Text(json, "regionName"u8, origin?.RegionName);
        Text(json, "connectionId"u8, origin?.ConnectionId);
        json.WriteEndObject();
    }

    private static void WriteSize(Utf8JsonWriter json, CloudPcPlan plan)
    {
        json.WriteString("servicePlanId"u8, plan.Id);
        json.WriteString("servicePlanName"u8, plan.DisplayName);
        json.WriteNumber("vCpus"u8, plan.Size.Processors);
        json.WriteNumber("memoryGB"u8, plan.Size.Memory);
        json.WriteNumber("diskGB"u8, plan.Size.Disk);
    }

    // B384, B385: which restore point is meant, and whose disk it is of; that need not be this Cloud PC.
    private static void WriteSnapshot(Utf8JsonWriter json, Tenant tenant, CloudPc row, HostJob job)
    {
        DateTimeOffset at = job.RequestedAt;
        int hours = EffectiveSetting.RestoreHoursOf(tenant.Fleet.UserSettings.Values, tenant.TryGetUser(row.User, out _) ? tenant.GroupsOf(row.User) : []);
        switch (job.Kind)
        {
            case HostJobKind.Snapshot:
                Snapshot(json, RestorePoints.Of(row, job), RestorePoints.KeptBeside(row, job, hours, at));
                break;
            case HostJobKind.Deprovision when job.Detail is { } id:
                Snapshot(json, new RestorePoint(Guid.Parse(id), row.Id, RestorePointKind.Retention, at, null), null);
                break;
            case HostJobKind.Restore when Guid.TryParse(job.Detail, out Guid id):
                RestorePoint point = tenant.Fleet.Retained.TryGetValue(id, out RetentionSnapshot? kept) ? RestorePoints.Of(kept)
                    : RestorePoints.Find(row, hours, id, at) ?? new RestorePoint(id, row.Id, RestorePointKind.Automatic, at, null);
                Snapshot(json, point, null);
                break;
        }
    }

    private static void Snapshot(Utf8JsonWriter json, RestorePoint point, ValueArray<Guid>? keep)
    {
        json.WriteStartObject("snapshot"u8);
        json.WriteString("id"u8, point.Id);
        json.WriteString("cloudPcId"u8, point.CloudPcId);
        json.WriteString("type"u8, JsonNamingPolicy.CamelCase.ConvertName(point.Kind.ToString()));
        if (keep is { } others)
        {
            json.WriteStartArray("keep"u8);
            foreach (Guid other in others.Span)
            {
                json.WriteStringValue(other);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteConnection(Utf8JsonWriter json, NetworkConnection connection)
    {
        json.WriteStartObject("connection"u8);
        json.WriteString("id"u8, connection.Id);
        json.WriteString("displayName"u8, connection.DisplayName);
        json.WriteString("connectionType"u8, JsonNamingPolicy.CamelCase.ConvertName(connection.JoinType.ToString()));
        json.WriteString("subscriptionId"u8, connection.SubscriptionId);
        json.WriteString("resourceGroupId"u8, connection.ResourceGroupId);
        json.WriteString("virtualNetworkId"u8, connection.VirtualNetworkId);
        Text(json, "virtualNetworkLocation"u8, connection.VirtualNetworkLocation);
        json.WriteString("subnetId"u8, connection.SubnetId);
        Text(json, "adDomainName"u8, connection.AdDomainName);
        Text(json, "adDomainUsername"u8, connection.AdDomainUsername);
        Text(json, "organizationalUnit"u8, connection.OrganizationalUnit);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, text);
        }
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid? id) => Text(json, name, id?.ToString("D"));

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? at)
    {
        if (at is { } moment)
        {
            json.WriteString(name, moment.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
