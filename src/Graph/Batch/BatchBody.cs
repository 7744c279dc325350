using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.Batch;

/// <summary>Reads the body of a <c>$batch</c>: a body with any mistake in its frame runs nothing.</summary>
internal static class BatchBody
{
    /// <summary>The items; what each depends on exists and leads nowhere back to it.</summary>
    public static IReadOnlyList<BatchItem> Read(BodyReader read, JsonElement body)
    {
        List<(BatchItem Item, List<string> DependsOn)> items = [];
        bool given = false;
        foreach ((string name, JsonElement value) in read.Properties(body, "batch"))
        {
            if (!name.Equals("requests", StringComparison.OrdinalIgnoreCase))
            {
                Fail(read, $"A batch has 'requests' and no '{name}'.");
                continue;
            }

            given = true;
            foreach (JsonElement item in read.Items(value, "requests"))
            {
                if (items.Count == GraphLimits.BatchItems)
                {
                    Fail(read, string.Create(CultureInfo.InvariantCulture, $"Number of batch request steps exceeds the max value of {GraphLimits.BatchItems}."));
                }

                if (read.Error is not null)
                {
                    return [];
                }

                items.Add(ReadItem(read, item));
            }
        }

        if (!given || items.Count == 0)
        {
            Fail(read, "A batch has at least one item in 'requests'.");
        }

        return read.Error is null ? Linked(read, items) : [];
    }

    /// <summary>The positions in the order in which they run: as given, each after those it depends on.</summary>
    public static IEnumerable<int> InOrder(IReadOnlyList<BatchItem> items)
    {
        bool[] done = new bool[items.Count];
        bool moved = true;
        while (moved)
        {
            moved = false;
            for (int i = 0; i < items.Count && !moved; i++)
            {
                if (!done[i] && items[i].DependsOn.All(earlier => done[earlier]))
                {
                    done[i] = moved = true;
                    yield return i;
                }
            }
        }
    }

    private static List<BatchItem> Linked(BodyReader read, List<(BatchItem Item, List<string> DependsOn)> items)
    {
        Dictionary<string, int> positions = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < items.Count; i++)
        {
            if (!positions.TryAdd(items[i].Item.Id, i))
            {
                Fail(read, $"Invalid request id : {items[i].Item.Id} in batch payload. Request Ids should be unique.");
            }
        }

        List<BatchItem> linked = [];
        foreach ((BatchItem item, List<string> dependsOn) in items)
        {
            string? unknown = dependsOn.Find(id => !positions.ContainsKey(id));
            if (unknown is not null)
            {
                Fail(read, $"Invalid dependency for request Id : {item.Id}. The batch has no request with id '{unknown}'.");
                return [];
            }

            linked.Add(item with { DependsOn = [.. dependsOn.Select(id => positions[id]).Distinct()] });
        }

        if (InOrder(linked).Count() < linked.Count)
        {
            Fail(read, "Invalid dependency: requests of the batch depend on each other in a circle.");
        }

        return linked;
    }

    private static (BatchItem Item, List<string> DependsOn) ReadItem(BodyReader read, JsonElement element)
    {
        string? id = null, method = null, url = null;
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        ReadOnlyMemory<byte> body = default;
        List<string> dependsOn = [];
        foreach ((string name, JsonElement value) in read.Properties(element, "requests"))
        {
            switch (name.ToUpperInvariant())
            {
                case "ID":
                    id = Id(read, value, name);
                    break;
                case "METHOD":
                    method = read.Required(value, name, GraphLimits.NameCharacters);
                    break;
                case "URL":
                    url = read.Required(value, name, GraphLimits.PathCharacters + GraphLimits.QueryCharacters);
                    break;
                case "HEADERS":
                    ReadHeaders(read, value, headers);
                    break;
                case "BODY":
                    body = value.ValueKind == JsonValueKind.Null ? default : JsonMarshal.GetRawUtf8Value(value).ToArray();
                    break;
                case "DEPENDSON":
                    dependsOn = value.ValueKind == JsonValueKind.Null ? [] : [.. read.Items(value, name).Select(one => Id(read, one, name))];
                    break;
                default:
                    Fail(read, $"An item of a batch has no property '{name}'.");
                    break;
            }
        }

        if (id is null || method is null || url is null)
        {
            Fail(read, "Every item of a batch has an id, a method and a url.");
        }

        return (new BatchItem(id ?? "", method ?? "", url ?? "", headers, body, []), dependsOn);
    }

    // Clients write ids as texts or as numbers; both come back as text.
    private static string Id(BodyReader read, JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return read.Required(value, name, GraphLimits.BatchIdCharacters);
        }

        string number = value.GetRawText();
        if (number.Length > GraphLimits.BatchIdCharacters)
        {
            Fail(read, $"The id of an item has at most {GraphLimits.BatchIdCharacters} characters.");
        }

        return number;
    }

    private static void ReadHeaders(BodyReader read, JsonElement value, Dictionary<string, string> headers)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        foreach ((string name, JsonElement text) in read.Properties(value, "headers"))
        {
            headers[name] = read.Text(text, name, GraphLimits.PathCharacters) ?? "";
        }
    }

    private static void Fail(BodyReader read, string message) => read.Fail(new GraphError(400, "BadRequest", message, "batchInvalid"));
}
