using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.CloudPcs;
using Berth.Graph.Requests;

namespace Berth.Graph.Telling;

/// <summary>What is sent to a receiver at once: as JSON for a webhook, as a letter for a mailbox (B791, B793, B794).</summary>
/// <param name="Tenant">The tenant that it is about.</param>
/// <param name="Listener">Whom it is for.</param>
/// <param name="Notices">What it tells, at least one.</param>
/// <param name="SentAt">When it is sent, in real time.</param>
public sealed record AlertMessage(TenantProfile Tenant, AlertListener Listener, IReadOnlyList<AlertNotice> Notices, DateTimeOffset SentAt)
{
    /// <summary>The header with the signature of a message to a webhook (B793).</summary>
    public const string SignatureHeader = "Berth-Signature";

    private const int SubjectCharacters = 160;

    /// <summary>A message that tells nothing but that messages come here.</summary>
    public static AlertMessage Test(TenantProfile tenant, AlertListener listener, DateTimeOffset now) => new(
        tenant,
        listener,
        [new AlertNotice(NoticeStatus.Test, new ActiveAlert("test", listener.Kinds[0], AlertSeverity.Informational, listener.Id, "Test", now, "This is a test: alerts of this tenant are told here.", "Nothing is to be done."))],
        now);

    /// <summary>The id of an alert: the same in everything that is told of it (B789).</summary>
    public static Guid IdOf(Guid tenant, ActiveAlert alert) => IdsByName.Of(tenant, string.Create(CultureInfo.InvariantCulture, $"alert/{alert.Key}/{alert.Since.UtcTicks}"));

    /// <summary>
    /// The signature of a body: <c>t=SECONDS,v1=HEX</c>, where HEX is the HMAC-SHA256 of the seconds since 1970 as digits, a dot and the body, with the UTF-8 bytes of the secret as
    /// its key (B793). A receiver that looks at the seconds takes no message that somebody kept and sends again.
    /// </summary>
    public static string Sign(string secret, ReadOnlySpan<byte> body, DateTimeOffset at)
    {
        string seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(seconds), (byte)'.', .. body];
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }

    /// <summary>The body for a webhook.</summary>
    public byte[] ToJson()
    {
        using GraphResponse body = GraphResponse.Json(200, this, static (json, message) =>
        {
            json.WriteStartObject();
            json.WriteString("tenantId"u8, message.Tenant.Id);
            json.WriteString("tenantDisplayName"u8, message.Tenant.DisplayName);
            json.WriteString("receiverId"u8, message.Listener.Id);
            json.WriteString("sentDateTime"u8, message.SentAt.UtcDateTime);
            json.WriteStartArray("value"u8);
            foreach (AlertNotice notice in message.Notices)
            {
                json.WriteStartObject();
                json.WriteString("status"u8, TellingNames.Of(notice.Status));
                WriteMembers(json, message.Tenant.Id, notice.Alert);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        return body.Body.ToArray();
    }

    /// <summary>What a letter is about, in one line of printable characters.</summary>
    public string Subject()
    {
        string what = Notices is [{ Alert: { } one }]
            ? one.Message
            : Say($"{Notices.Count} alerts: {string.Join(", ", Notices.GroupBy(static notice => notice.Status).Select(static group => Say($"{group.Count()} {TellingNames.Of(group.Key)}")))}");
        string status = Notices is [{ Status: not NoticeStatus.Began and var other }] ? $"{TellingNames.Of(other)}: " : "";
        string line = new([.. $"[Berth] {Tenant.DisplayName}: {status}{what}".Select(static c => char.IsControl(c) ? ' ' : c)]);
        return line.Length <= SubjectCharacters ? line : line[..(char.IsHighSurrogate(line[SubjectCharacters - 1]) ? SubjectCharacters - 1 : SubjectCharacters)] + "...";
    }

    /// <summary>The text of a letter.</summary>
    public string Letter()
    {
        StringBuilder text = new();
        foreach (AlertNotice notice in Notices)
        {
            text.Append(CultureInfo.InvariantCulture, $"{TellingNames.Of(notice.Status).ToUpperInvariant()} ({TellingNames.Of(notice.Alert.Severity)}), since {notice.Alert.Since.UtcDateTime:yyyy-MM-dd HH:mm} UTC\n")
                .Append(CultureInfo.InvariantCulture, $"{notice.Alert.Message}\n")
                .Append(notice.Status == NoticeStatus.Ended ? "It is over.\n\n" : $"What to do: {notice.Alert.Advice}\n\n");
        }

        string why = Listener.OnlyRule is null ? $"receiver {Listener.Id} of /berth/v1/alertReceivers" : "the channel email of one of its alert rules";
        return text.Append(CultureInfo.InvariantCulture, $"-- \nBerth, tenant {Tenant.DisplayName} ({Tenant.Id}). You get this because of {why}.\n").ToString();
    }

    /// <summary>The members of an alert on the wire.</summary>
    internal static void WriteMembers(Utf8JsonWriter json, Guid tenant, ActiveAlert alert)
    {
        json.WriteString("id"u8, IdOf(tenant, alert));
        json.WriteString("kind"u8, TellingNames.Of(alert.Kind));
        json.WriteString("severity"u8, TellingNames.Of(alert.Severity));
        json.WriteString("subjectId"u8, alert.Subject);
        json.WriteString("displayName"u8, alert.Name);
        json.WriteString("sinceDateTime"u8, alert.Since.UtcDateTime);
        json.WriteString("message"u8, alert.Message);
        json.WriteString("advice"u8, alert.Advice);
    }

    private static string Say(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
