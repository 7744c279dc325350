using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Insight.Shifts;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.Frontline;

/// <summary>A simulation of shifts as JSON: who works when, and what came out (B460 to B467).</summary>
public static class ShiftDocument
{
    /// <summary>The size when nobody says: 2vCPU/8GB/128GB.</summary>
    public static readonly Guid DefaultServicePlan = new("057efbfe-a95d-4263-acb0-12b4a31fed8d");

    /// <summary>The most licenses that can be asked about.</summary>
    public const int MostLicenses = 10_000;

    private const string Resource = "Simulation";
    private const int Day = 24 * 60;

    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    private static readonly Dictionary<string, DayOfWeek> _days = Enum.GetValues<DayOfWeek>()
        .SelectMany(day => new[] { (day.ToString(), day), (day.ToString()[..3], day) }).ToDictionary(pair => pair.Item1, pair => pair.day, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads what is to be simulated.</summary>
    /// <param name="json">The document, in UTF-8.</param>
    /// <param name="catalog">Where its service plan is looked for.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="error">What is wrong with the document, and where.</param>
    public static bool TryRead(ReadOnlyMemory<byte> json, SkuCatalog catalog, [NotNullWhen(true)] out ShiftPlan? plan, [NotNullWhen(false)] out string? error)
    {
        BodyReader read = new(Resource);
        using JsonDocument? document = read.Parse(json);
        plan = document is null ? null : Read(read, document.RootElement, catalog).Plan;
        error = read.Error?.Message;
        plan = error is null ? plan : null;
        return error is null;
    }

    /// <summary>Writes an answer.</summary>
    public static byte[] Write(ShiftAnswer answer)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, _options))
        {
            Write(json, answer, null);
        }

        return stream.ToArray();
    }

    internal static (ShiftPlan Plan, bool WithPlot) Read(BodyReader read, JsonElement body, SkuCatalog catalog)
    {
        int seed = 0, days = 0, retry = new ShiftPlan(0, default, 0, default, [], []).RetryMinutes;
        int? excess = null, licenses = null;
        DateOnly start = default;
        Guid servicePlan = DefaultServicePlan;
        bool plot = false;
        List<ShiftPattern> patterns = [];
        JsonElement people = default;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "SEED":
                    seed = read.Whole(value, name, 0, int.MaxValue);
                    break;
                case "START":
                    start = Date(read, value, name);
                    break;
                case "DAYS":
                    days = read.Whole(value, name, 1, ShiftPlan.MostDays);
                    break;
                case "SERVICEPLANID":
                    servicePlan = read.Id(value, name);
                    break;
                case "RETRYMINUTES":
                    retry = read.Whole(value, name, 1, ShiftPlan.LongestRetry);
                    break;
                case "BUFFEREXCESS":
                    excess = value.ValueKind == JsonValueKind.Null ? null : read.Whole(value, name, 0, ShiftPlan.MostPeople);
                    break;
                case "LICENSES":
                    licenses = value.ValueKind == JsonValueKind.Null ? null : read.Whole(value, name, 0, MostLicenses);
                    break;
                case "PLOT":
                    plot = read.OneOf(value, name, new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase) { ["none"] = false, ["svg"] = true });
                    break;
                case "PATTERNS":
                    foreach (JsonElement item in read.Items(value, name))
                    {
                        patterns.Add(Pattern(read, item, $"{name}[{patterns.Count}]"));
                        FailAbove(read, patterns.Count, ShiftPlan.MostPatterns, name, "patterns");
                        if (read.Error is not null)
                        {
                            break;
                        }
                    }

                    break;
                case "PEOPLE":
                    people = value;
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        string? missing = days == 0 ? "days" : start == default ? "start" : patterns.Count == 0 ? "patterns" : people.ValueKind == JsonValueKind.Undefined ? "people" : null;
        if (missing is not null)
        {
            read.FailMissing(missing);
        }

        if (!catalog.TryGetPlan(servicePlan, out ServicePlan? found) || catalog.CloudPcPlanOf(found.Index) is not { Kind: CloudPcKind.Frontline })
        {
            read.FailValue("servicePlanId", $"{servicePlan} is no Frontline service plan; GET /beta/deviceManagement/virtualEndpoint/servicePlans lists them.");
        }

        foreach (IGrouping<string, ShiftPattern> same in patterns.GroupBy(one => one.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
        {
            read.FailValue("patterns", $"Two of them are called '{same.Key}'.");
        }

        ShiftPlan plan = new((ulong)seed, start, days, servicePlan, patterns.ToValueArray(), read.Error is null ? People(read, people, patterns) : [])
        {
            RetryMinutes = retry,
            BufferExcess = excess,
            Licenses = licenses,
        };
        if (read.Error is null && ShiftSimulation.Stretches(plan) is > ShiftPlan.MostStretches and int stretches)
        {
            read.FailValue("people", string.Create(
                CultureInfo.InvariantCulture,
                $"Everybody together works {stretches} stretches; at most {ShiftPlan.MostStretches} can be simulated. Ask for fewer days, or for fewer people and scale the answer."));
        }

        return (plan, plot);
    }

    internal static void Write(Utf8JsonWriter json, ShiftAnswer answer, string? plot)
    {
        json.WriteStartObject();
        json.WriteNumber("people"u8, answer.People);
        json.WriteNumber("peak"u8, answer.Peak);
        json.WriteNumber("smallest"u8, answer.Smallest.Licenses);
        json.WriteStartObject("checked"u8);
        Checked("n"u8, answer.Smallest);
        Checked("nMinus1"u8, answer.OneLess);
        json.WriteEndObject();
        json.WriteStartArray("runs"u8);
        foreach ((string role, ShiftOutcome? run) in ((string, ShiftOutcome?)[])[("asked", answer.Asked), ("smallest", answer.Smallest), ("oneLess", answer.OneLess)])
        {
            if (run is not null)
            {
                Run(json, role, run);
            }
        }

        json.WriteEndArray();
        if (plot is not null)
        {
            json.WriteString("plot"u8, plot);
        }

        json.WriteEndObject();

        void Checked(ReadOnlySpan<byte> name, ShiftOutcome? run)
        {
            if (run is null)
            {
                json.WriteNull(name);
                return;
            }

            json.WriteStartObject(name);
            json.WriteNumber("licenses"u8, run.Licenses);
            json.WriteNumber("refusals"u8, run.Refusals);
            json.WriteEndObject();
        }
    }

    private static void Run(Utf8JsonWriter json, string role, ShiftOutcome run)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteNumber("licenses"u8, run.Licenses);
        json.WriteNumber("refusals"u8, run.Refusals);
        json.WriteNumber("refusalsWithoutCloudPc"u8, run.RefusedWithoutMachine);
        Times("bufferUses"u8, run.BufferUses);
        Times("overruns"u8, run.Overruns);
        Times("blocks"u8, run.Blocks);
        json.WriteStartArray("refused"u8);
        foreach (RefusedPerson one in run.Refused)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, one.Name);
            json.WriteNumber("refusals"u8, one.Refusals);
            json.WriteNumber("minutesLost"u8, one.MinutesLost);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("hours"u8);
        foreach (ShiftHour hour in run.Hours)
        {
            json.WriteStartObject();
            json.WriteString("at"u8, hour.At);
            json.WriteNumber("sessionsMax"u8, hour.MostSessions);
            json.WriteNumber("sessionsAverage"u8, Math.Round(hour.SessionMinutes / 60m, 2));
            json.WriteNumber("bufferSessionsMax"u8, hour.MostInBuffer);
            json.WriteNumber("refusals"u8, hour.Refusals);
            json.WriteNumber("waitingMax"u8, hour.MostWaiting);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void Times(ReadOnlySpan<byte> name, ValueArray<DateTime> times)
        {
            json.WriteStartArray(name);
            foreach (DateTime time in times)
            {
                json.WriteStringValue(time);
            }

            json.WriteEndArray();
        }
    }

    private static ShiftPattern Pattern(BodyReader read, JsonElement item, string at)
    {
        string title = "";
        int? start = null, end = null;
        ShiftPattern pattern = new("", 0, 0);
        List<(int At, int Minutes)> breaks = [];
        foreach ((string name, JsonElement value) in read.Properties(item, at))
        {
            string path = $"{at}.{name}";
            switch (name.ToUpperInvariant())
            {
                case "NAME":
                    title = read.Required(value, path, ShiftPlan.LongestName);
                    break;
                case "START":
                    start = Clock(read, value, path);
                    break;
                case "END":
                    end = Clock(read, value, path);
                    break;
                case "DAYS":
                    pattern = pattern with { Days = read.Items(value, path).Select(day => read.OneOf(day, path, _days)).Distinct().ToValueArray() };
                    if (pattern.Days.Count == 0)
                    {
                        read.FailValue(path, "It names no day; leave it out for every day.");
                    }

                    break;
                case "CYCLE":
                    pattern = pattern with { Cycle = Cycle(read, value, path) };
                    break;
                case "ARRIVEJITTERMINUTES":
                    pattern = pattern with { ArriveJitter = read.Whole(value, path, 0, ShiftPattern.MostJitter) };
                    break;
                case "LEAVEJITTERMINUTES":
                    pattern = pattern with { LeaveJitter = read.Whole(value, path, 0, ShiftPattern.MostJitter) };
                    break;
                case "ATTENDANCEPERCENT":
                    pattern = pattern with { AttendancePercent = read.Whole(value, path, 0, 100) };
                    break;
                case "BREAKS":
                    foreach (JsonElement pause in read.Items(value, path))
                    {
                        breaks.Add(Break(read, pause, $"{path}[{breaks.Count}]"));
                        FailAbove(read, breaks.Count, ShiftPattern.MostBreaks, path, "breaks");
                        if (read.Error is not null)
                        {
                            break;
                        }
                    }

                    break;
                default:
                    read.FailUnknown(path);
                    break;
            }
        }

        if (title.Length == 0 || start is null || end is null)
        {
            read.FailMissing($"{at}.{(title.Length == 0 ? "name" : start is null ? "start" : "end")}");
            return pattern;
        }

        if (pattern.Cycle is not null && pattern.Days.Count > 0)
        {
            read.FailValue($"{at}.cycle", "A pattern has days of the week or a cycle, not both.");
        }

        // A shift that ends when it begins is a whole day.
        int length = end > start ? end.Value - start.Value : end.Value - start.Value + Day;
        ShiftBreak[] pauses = [.. breaks.Select(one => new ShiftBreak((one.At - start.Value + Day) % Day, one.Minutes)).OrderBy(one => one.After)];
        for (int i = 0; i < pauses.Length; i++)
        {
            if (pauses[i].After == 0 || pauses[i].After + pauses[i].Minutes >= length || (i > 0 && pauses[i - 1].After + pauses[i - 1].Minutes >= pauses[i].After))
            {
                read.FailValue($"{at}.breaks", "Breaks lie inside the shift, one after another.");
            }
        }

        return pattern with { Name = title, Start = start.Value, Minutes = length, Breaks = pauses.ToValueArray() };
    }

    private static ShiftCycle Cycle(BodyReader read, JsonElement item, string at)
    {
        int on = 0, off = 0, offset = 0;
        foreach ((string name, JsonElement value) in read.Properties(item, at))
        {
            string path = $"{at}.{name}";
            switch (name.ToUpperInvariant())
            {
                case "ON":
                    on = read.Whole(value, path, 1, ShiftPattern.LongestCycle);
                    break;
                case "OFF":
                    off = read.Whole(value, path, 0, ShiftPattern.LongestCycle);
                    break;
                case "OFFSET":
                    offset = read.Whole(value, path, 0, ShiftPattern.LongestCycle);
                    break;
                default:
                    read.FailUnknown(path);
                    break;
            }
        }

        if (on == 0)
        {
            read.FailMissing($"{at}.on");
        }

        return new ShiftCycle(Math.Max(1, on), off, offset);
    }

    private static (int At, int Minutes) Break(BodyReader read, JsonElement item, string at)
    {
        int? start = null, minutes = null;
        foreach ((string name, JsonElement value) in read.Properties(item, at))
        {
            string path = $"{at}.{name}";
            switch (name.ToUpperInvariant())
            {
                case "START":
                    start = Clock(read, value, path);
                    break;
                case "MINUTES":
                    minutes = read.Whole(value, path, 1, Day);
                    break;
                default:
                    read.FailUnknown(path);
                    break;
            }
        }

        if (start is null || minutes is null)
        {
            read.FailMissing($"{at}.{(start is null ? "start" : "minutes")}");
        }

        return (start ?? 0, minutes ?? 0);
    }

    private static ValueArray<ShiftPerson> People(BodyReader read, JsonElement people, List<ShiftPattern> patterns)
    {
        List<ShiftPerson> all = [];
        int entry = 0;
        foreach (JsonElement item in read.Items(people, "people"))
        {
            string at = $"people[{entry++}]";
            string? title = null;
            int pattern = -1, count = 1;
            bool counted = false;
            foreach ((string name, JsonElement value) in read.Properties(item, at))
            {
                string path = $"{at}.{name}";
                switch (name.ToUpperInvariant())
                {
                    case "NAME":
                        title = read.Required(value, path, ShiftPlan.LongestName);
                        break;
                    case "COUNT":
                        (count, counted) = (read.Whole(value, path, 1, ShiftPlan.MostPeople), true);
                        break;
                    case "PATTERN":
                        string wanted = read.Required(value, path, ShiftPlan.LongestName);
                        pattern = patterns.FindIndex(one => one.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
                        if (pattern < 0)
                        {
                            read.FailValue(path, $"There is no pattern '{wanted}'; there are {string.Join(", ", patterns.Select(one => one.Name))}.");
                        }

                        break;
                    default:
                        read.FailUnknown(path);
                        break;
                }
            }

            if (title is not null && counted)
            {
                read.FailValue($"{at}.count", "A person with a name is one.");
            }
            else if (pattern < 0)
            {
                read.FailMissing($"{at}.pattern");
            }

            FailAbove(read, all.Count + count, ShiftPlan.MostPeople, "people", "people");
            if (read.Error is not null)
            {
                return [];
            }

            int first = all.Count(one => one.Pattern == pattern);
            all.AddRange(Enumerable.Range(1, count).Select(i => new ShiftPerson(title ?? string.Create(CultureInfo.InvariantCulture, $"{patterns[pattern].Name} {first + i}"), pattern)));
        }

        return all.ToValueArray();
    }

    private static DateOnly Date(BodyReader read, JsonElement value, string property)
    {
        if (DateOnly.TryParseExact(read.Text(value, property, GraphLimits.NameCharacters) ?? "", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            && date.Year is > 1900 and < 9000)
        {
            return date;
        }

        read.FailValue(property, "It must be a date such as 2026-11-23.");
        return default;
    }

    private static int Clock(BodyReader read, JsonElement value, string property)
    {
        if (TimeOnly.TryParseExact(read.Text(value, property, GraphLimits.NameCharacters) ?? "", "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time))
        {
            return (time.Hour * 60) + time.Minute;
        }

        read.FailValue(property, "It must be a time such as 07:30.");
        return 0;
    }

    private static void FailAbove(BodyReader read, int count, int most, string property, string what)
    {
        if (count > most)
        {
            read.FailValue(property, string.Create(CultureInfo.InvariantCulture, $"There are more than {most} {what}."));
        }
    }
}
