using System.Text.Json;
using Berth.Graph.Notifications;
using Berth.Graph.Writes;

namespace Berth.Graph.Telling;

/// <summary>What a body says of a receiver (B790); null where it says nothing.</summary>
internal sealed record ListenerBody(string? Url, string? Address, string? Name, bool NamesIt, IReadOnlyList<AlertKind>? Kinds, Func<AlertThresholds, AlertThresholds> Thresholds)
{
    /// <summary>Reads a body.</summary>
    /// <param name="read">Keeps what is wrong with it.</param>
    /// <param name="body">The body.</param>
    /// <param name="isNew">Whether it is of a receiver to be made: then it says where it is. Where it is does not change.</param>
    public static ListenerBody Read(BodyReader read, JsonElement body, bool isNew)
    {
        ListenerBody wanted = new(null, null, null, false, null, static before => before);
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "URL" when isNew:
                    wanted = wanted with { Url = read.Text(value, name, NotificationLimits.UrlCharacters) };
                    break;
                case "ADDRESS" when isNew:
                    string? address = read.Text(value, name, TellingLimits.AddressCharacters);
                    wanted = wanted with { Address = address };
                    if (address is not null && !MailAddress.IsOne(address))
                    {
                        read.FailValue(name, "It must be one mail address such as desk@example.com: letters, digits and .!#$%&'*+-/=?^_`{|}~ before the sign, the name of a host after it.");
                    }

                    break;
                case "DISPLAYNAME":
                    wanted = wanted with { Name = read.Text(value, name, TellingLimits.NameCharacters), NamesIt = true };
                    break;
                case "KINDS":
                    wanted = wanted with { Kinds = KindsOf(read, value, name) };
                    break;
                case "THRESHOLDS":
                    wanted = wanted with { Thresholds = ThresholdsOf(read, value, name) };
                    break;
                case "URL" or "ADDRESS":
                    read.FailUnknown(name, "Where a receiver is does not change: make another one, and delete this one.");
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (isNew && read.Error is null && wanted.Url is null == wanted.Address is null)
        {
            read.Fail("valueMissing", "A receiver of alerts has either a url, which is a webhook, or an address, which is a mailbox.");
        }

        return wanted;
    }

    /// <summary>The receiver as the body wants it.</summary>
    public AlertListener Apply(AlertListener before) => before with
    {
        Name = NamesIt ? Name : before.Name,
        Kinds = Kinds ?? before.Kinds,
        Thresholds = Thresholds(before.Thresholds),
    };

    private static AlertKind[] KindsOf(BodyReader read, JsonElement value, string name)
    {
        SortedSet<AlertKind> kinds = [];
        foreach (JsonElement item in read.Items(value, name))
        {
            kinds.Add(read.OneOf(item, name, TellingNames.Kinds));
        }

        if (kinds.Count == 0)
        {
            read.FailValue(name, $"It must have at least one of {string.Join(", ", TellingNames.Kinds.Keys)}.");
        }

        return [.. kinds];
    }

    private static Func<AlertThresholds, AlertThresholds> ThresholdsOf(BodyReader read, JsonElement value, string property)
    {
        Func<AlertThresholds, AlertThresholds> change = static before => before;
        foreach ((string name, JsonElement threshold) in read.Properties(value, property))
        {
            Func<AlertThresholds, AlertThresholds> first = change;
            switch (name.ToUpperInvariant())
            {
                case "FREEUNITS":
                    int units = read.Whole(threshold, name, 0, TellingLimits.MostUnits);
                    change = before => first(before) with { FreeUnits = units };
                    break;
                case "FREEPERCENT":
                    int? percent = threshold.ValueKind == JsonValueKind.Null ? null : read.Whole(threshold, name, 0, 100);
                    change = before => first(before) with { FreePercent = percent };
                    break;
                case "WAITING":
                    int waiting = read.Whole(threshold, name, 1, TellingLimits.MostUnits);
                    change = before => first(before) with { Waiting = waiting };
                    break;
                case "BUFFERUSES":
                    int uses = read.Whole(threshold, name, 1, TellingLimits.MostUses);
                    change = before => first(before) with { BufferUses = uses };
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return change;
    }
}
