using System.Text.Json;
using Berth.Portal.Graph;
using Microsoft.JSInterop;

namespace Berth.Portal.Plan;

/// <summary>
/// The changes that a person puts together, in their order. They are kept in the tab, so that a reload or another page loses nothing; for good they are kept in a file
/// of the person's own (B664).
/// </summary>
public sealed class PlanDraft(IJSRuntime js)
{
    private const string Place = "berth.plan";

    private readonly List<DraftChange> _changes = [];
    private bool _isRead;

    /// <summary>The changes, in order.</summary>
    public IReadOnlyList<DraftChange> Changes => _changes;

    /// <summary>Whether a reload would lose them: the tab has no room for so many.</summary>
    public bool IsTooLongToKeep { get; private set; }

    /// <summary>Reads what the tab kept, the first time.</summary>
    public async Task ReadAsync()
    {
        if (_isRead)
        {
            return;
        }

        _isRead = true;
        if (await js.InvokeAsync<string?>("sessionStorage.getItem", Place) is { } text)
        {
            try
            {
                _changes.AddRange((JsonSerializer.Deserialize(text, PlanFileJson.Default.PlanRequest)?.Changes ?? []).Select(change => new DraftChange(change)));
            }
            catch (JsonException)
            {
                // Another version of the admin center has written it.
            }
        }
    }

    /// <summary>Puts changes at the end.</summary>
    public Task AddAsync(IEnumerable<PlanChange> changes)
    {
        _changes.AddRange(changes.Select(change => new DraftChange(change)));
        return KeepAsync();
    }

    /// <summary>Takes a change out.</summary>
    public Task RemoveAsync(int index)
    {
        _changes.RemoveAt(index);
        return KeepAsync();
    }

    /// <summary>Moves a change to another place.</summary>
    public Task MoveAsync(int from, int to)
    {
        DraftChange change = _changes[from];
        _changes.RemoveAt(from);
        _changes.Insert(to, change);
        return KeepAsync();
    }

    /// <summary>Takes all of them out.</summary>
    public Task ClearAsync()
    {
        _changes.Clear();
        return KeepAsync();
    }

    /// <summary>All of them as the API and <c>berth plan</c> take them.</summary>
    public PlanRequest ToRequest() => new([.. _changes.Select(one => one.Change)]);

    private async Task KeepAsync()
    {
        try
        {
            await js.InvokeVoidAsync("sessionStorage.setItem", Place, JsonSerializer.Serialize(ToRequest(), GraphJson.Default.PlanRequest));
            IsTooLongToKeep = false;
        }
        catch (JSException)
        {
            await js.InvokeVoidAsync("sessionStorage.removeItem", Place);
            IsTooLongToKeep = true;
        }
    }
}

/// <summary>A change in the list; the same change may stand there twice.</summary>
public sealed class DraftChange(PlanChange change)
{
    /// <summary>What tells it from others.</summary>
    public string Key { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The change.</summary>
    public PlanChange Change { get; } = change;
}
