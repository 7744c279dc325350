using Berth.Engine;

namespace Berth.Ledger.Journal;

/// <summary>An actor as the journal's column shows it to people with a database shell: kind, id (or <c>-</c>) and name, separated by spaces.</summary>
internal static class ActorText
{
    public static string Write(Actor actor) => $"{actor.Kind} {(actor.Id is { } id ? id.ToString() : "-")} {actor.DisplayName}";

    public static Actor Read(string text)
    {
        string[] parts = text.Split(' ', 3);
        if (parts.Length != 3 || !Enum.TryParse(parts[0], out ActorKind kind) || !Enum.IsDefined(kind))
        {
            throw new InvalidDataException($"its actor '{text}' is unreadable");
        }

        Guid id = default;
        if (parts[1] != "-" && !Guid.TryParse(parts[1], out id))
        {
            throw new InvalidDataException($"its actor '{text}' is unreadable");
        }

        return new Actor(kind, parts[1] == "-" ? null : id, parts[2]);
    }
}
