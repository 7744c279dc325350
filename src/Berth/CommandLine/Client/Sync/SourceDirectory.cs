namespace Berth.CommandLine.Client.Sync;

/// <summary>A user as a source has it.</summary>
/// <param name="Key">What names the user there for good, whatever else changes (B810).</param>
/// <param name="Name">What people call the user, for messages.</param>
/// <param name="Properties">Values by Graph's names, the user principal name among them. What the source has no value for is not in it; of a user who cannot be read, nothing is.</param>
/// <param name="IsEnabled">Whether the account is good; null when the source does not say.</param>
internal sealed record SourceUser(string Key, string Name, IReadOnlyDictionary<string, string> Properties, bool? IsEnabled);

/// <summary>A group as a source has it.</summary>
/// <param name="Key">What names the group there for good.</param>
/// <param name="DisplayName">Its name.</param>
/// <param name="Description">What it is for, or null.</param>
/// <param name="Members">The keys of the users in it.</param>
internal sealed record SourceGroup(string Key, string DisplayName, string? Description, IReadOnlySet<string> Members);

/// <summary>What a source has, and what in it could not be used.</summary>
/// <param name="Users">The users.</param>
/// <param name="Groups">The groups.</param>
/// <param name="Mapped">The properties that the source is asked about.</param>
/// <param name="Troubles">What was left out, each with its reason.</param>
internal sealed record SourceDirectory(IReadOnlyList<SourceUser> Users, IReadOnlyList<SourceGroup> Groups, IReadOnlyList<string> Mapped, IReadOnlyList<string> Troubles)
{
    /// <summary>Whether it is known of everybody in it who they are: else nobody is taken to have gone (B812).</summary>
    public bool IsWhole { get; init; } = true;
}

/// <summary>A source cannot be read; the message is a sentence for people. Nothing was changed.</summary>
internal sealed class SourceFailedException(string message, Exception? inner = null) : Exception(message, inner);
