using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>Schedules by which Cloud PCs of shared mode are made anew, and what became of that (B437 to B439).</summary>
internal static class ReprovisionRoutes
{
    private const string One = PolicyReads.Path + "/{policy}";
    private const string Resource = "cloudPcPolicyScheduledApplyActionDetail";
    private const string Parameter = "scheduledRule";
    private const string LocalTime = "yyyy-MM-dd HH:mm:ss";

    private static readonly string[] _localTimes = [LocalTime, "yyyy-MM-dd'T'HH:mm:ss"];

    private static readonly Dictionary<string, ScheduleZone> _zones =
        Enum.GetValues<ScheduleZone>().ToDictionary(NameOf, static zone => zone, StringComparer.OrdinalIgnoreCase);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, One + "/schedulePolicyApplyTask", CloudPcAccess.Write, Schedule) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, One + "/retrievePolicyApplySchedule", CloudPcAccess.Read, static (tenant, request, keys) =>
            About(tenant, request, keys, policy => Tell(request, tenant.Frontline.Reprovision.Schedules.GetValueOrDefault(policy)))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, One + "/retrievePolicyApplyActionResult", CloudPcAccess.Read, static (tenant, request, keys) =>
            About(tenant, request, keys, policy => Tell(request, tenant.Frontline.Reprovision.Runs.GetValueOrDefault(policy)))) { Versions = RouteVersions.Beta },
    ];

    /// <summary>The status of a run as Graph spells it (B437).</summary>
    public static string StatusOf(ReprovisionRun run) => !run.IsOver ? "processing" : run.HasFailed ? "failed" : "succeeded";

    private static Handling About(Tenant tenant, GraphRequest request, RouteKeys keys, Func<int, GraphResponse> answer) =>
        PolicyRow.Find(tenant, request, keys.First) is { } row ? answer(row.Position) : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static Handling Schedule(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return Guid.TryParse(key, out Guid id)
            ? request.Reading(Resource, Read, wanted => request.Submit(key, new Command.SchedulePolicy(id, wanted.Schedule), static _ => GraphResponse.Empty(202)))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    // A schedule, or none; whoever takes one away says null, and forgets nothing.
    private static (ScheduleRequest? Schedule, bool IsThere) Read(BodyReader read, JsonElement body)
    {
        string? expression = null, start = null, end = null;
        bool named = false, signsOut = false;
        int kept = 0;
        ScheduleZone zone = ScheduleZone.Gmt;
        foreach ((string name, JsonElement value) in read.Properties(Inner(read, body), Parameter))
        {
            bool isNull = value.ValueKind == JsonValueKind.Null;
            switch (name.ToUpperInvariant())
            {
                case "CRONSCHEDULEEXPRESSION":
                    named = true;
                    expression = read.Text(value, name, GraphLimits.NameCharacters);
                    break;
                case "RESERVEPERCENTAGE":
                    kept = isNull ? 0 : read.Whole(value, name, int.MinValue, int.MaxValue);
                    break;
                case "ISFORCEUSERLOGOFFENABLED":
                    signsOut = !isNull && read.Flag(value, name);
                    break;
                case "TIMEZONE":
                    zone = isNull ? ScheduleZone.Gmt : read.OneOf(value, name, _zones);
                    break;
                case "STARTDATETIME":
                    start = read.Text(value, name, GraphLimits.NameCharacters);
                    break;
                case "ENDDATETIME":
                    end = read.Text(value, name, GraphLimits.NameCharacters);
                    break;
                case "ID" or "NEXTRUNDATETIME":
                    // What was read is sent back.
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (!named)
        {
            read.FailMissing("cronScheduleExpression");
        }

        DateTimeOffset? startsAt = TimeIn(read, zone, start, "startDateTime"), endsAt = TimeIn(read, zone, end, "endDateTime");
        return (expression is null ? null : new ScheduleRequest(expression, kept, signsOut, zone, startsAt, endsAt), named);
    }

    // Graph's examples send the schedule itself, its metadata says that it is a parameter.
    private static JsonElement Inner(BodyReader read, JsonElement body)
    {
        (string Name, JsonElement Value)[] given = [.. read.Properties(body, "body")];
        return given is [{ Name: { } name, Value: var value }] && name.Equals(Parameter, StringComparison.OrdinalIgnoreCase) ? value : body;
    }

    private static DateTimeOffset? TimeIn(BodyReader read, ScheduleZone zone, string? text, string property)
    {
        if (text is null)
        {
            return null;
        }

        if (DateTime.TryParseExact(text, _localTimes, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local)
            && local.Ticks - zone.Offset().Ticks is var ticks && ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks)
        {
            return new DateTimeOffset(ticks, TimeSpan.Zero);
        }

        read.FailValue(property, $"It must be a time of the schedule's zone without an offset of its own, such as 2027-02-01 00:00:00.");
        return null;
    }

    private static GraphResponse Tell(GraphRequest request, ReprovisionSchedule? schedule) => GraphResponse.Json(200, (request, schedule), static (json, s) =>
    {
        (GraphRequest request, ReprovisionSchedule? schedule) = s;
        Begin(json, request, Resource);
        if (schedule is null)
        {
            json.WriteNull("reservePercentage"u8);
            json.WriteNull("isForceUserLogoffEnabled"u8);
        }
        else
        {
            json.WriteNumber("reservePercentage"u8, schedule.KeptPercentage);
            json.WriteBoolean("isForceUserLogoffEnabled"u8, schedule.SignsOut);
        }

        json.WriteString("cronScheduleExpression"u8, schedule?.Expression);
        json.WriteString("nextRunDateTime"u8, Local(schedule, schedule?.NextAt));
        json.WriteString("startDateTime"u8, Local(schedule, schedule?.StartsAt));
        json.WriteString("endDateTime"u8, Local(schedule, schedule?.EndsAt));
        json.WriteString("timezone"u8, schedule is null ? null : NameOf(schedule.Zone));
        json.WriteEndObject();
    });

    private static GraphResponse Tell(GraphRequest request, ReprovisionRun? run) => run is null ? GraphResponse.Empty() : GraphResponse.Json(200, (request, run), static (json, s) =>
    {
        Begin(json, s.request, "cloudPcPolicyApplyActionResult");
        json.WriteString("status"u8, StatusOf(s.run));
        json.WriteString("startDateTime"u8, s.run.StartedAt.UtcDateTime);
        if (s.run.EndedAt is { } ended)
        {
            json.WriteString("finishDateTime"u8, ended.UtcDateTime);
        }
        else
        {
            json.WriteNull("finishDateTime"u8);
        }

        json.WriteEndObject();
    });

    private static void Begin(Utf8JsonWriter json, GraphRequest request, string type)
    {
        json.WriteStartObject();
        if (!request.WithoutMetadata)
        {
            json.WriteString("@odata.context"u8, $"{request.ServiceRoot}/$metadata#microsoft.graph.{type}");
        }
    }

    // The first and the last moments there are lie outside what a zone can show.
    private static string? Local(ReprovisionSchedule? schedule, DateTimeOffset? at) => schedule is null || at is not { } moment ? null
        : new DateTime(Math.Clamp(moment.UtcTicks + schedule.Zone.Offset().Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks)).ToString(LocalTime, CultureInfo.InvariantCulture);

    private static string NameOf(ScheduleZone zone) => zone.ToString().ToLowerInvariant();
}
