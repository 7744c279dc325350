using System.Collections.Immutable;

namespace Berth.Graph.Telling;

/// <summary>What is told of an alert.</summary>
public enum NoticeStatus : byte
{
    /// <summary>It began.</summary>
    Began,

    /// <summary>It matters more than when it was told last.</summary>
    Worsened,

    /// <summary>It is still so.</summary>
    Reminder,

    /// <summary>It is over.</summary>
    Ended,

    /// <summary>Nothing happened: somebody tests the receiver.</summary>
    Test,
}

/// <summary>A part of a message.</summary>
/// <param name="Status">What is told.</param>
/// <param name="Alert">Of which alert: of one that is over, as it was told last.</param>
public sealed record AlertNotice(NoticeStatus Status, ActiveAlert Alert);

/// <summary>What a receiver is to be told now.</summary>
/// <param name="Notices">The message; empty for none.</param>
/// <param name="Told">What it was told when it has taken the message, by keys of alerts.</param>
/// <param name="WakeAt">When there can be something to tell though nothing changes; null for never.</param>
public sealed record Telling(IReadOnlyList<AlertNotice> Notices, ImmutableDictionary<string, ToldAlert> Told, DateTimeOffset? WakeAt);

/// <summary>
/// Compares what is so with what a receiver was told (B791): pure. So there is no queue that could be lost or grow, and what flaps is told seldom: the end only when it has lasted,
/// the next beginning only a while after the one before.
/// </summary>
public static class AlertTelling
{
    /// <summary>Nothing was told.</summary>
    public static ImmutableDictionary<string, ToldAlert> Nothing { get; } = ImmutableDictionary.Create<string, ToldAlert>(StringComparer.Ordinal);

    /// <summary>What is to be told.</summary>
    /// <param name="told">What was told, by keys of alerts.</param>
    /// <param name="active">What is so.</param>
    /// <param name="now">The real time.</param>
    public static Telling Decide(ImmutableDictionary<string, ToldAlert> told, IReadOnlyList<ActiveAlert> active, DateTimeOffset now)
    {
        Draft draft = new(told);
        HashSet<string> keys = new(StringComparer.Ordinal);
        foreach (ActiveAlert alert in active)
        {
            keys.Add(alert.Key);
            if (told.GetValueOrDefault(alert.Key) is not { } before)
            {
                draft.Tell(NoticeStatus.Began, alert, new ToldAlert(alert, now, now, 0, null, false));
            }
            else if (before.IsOver)
            {
                if (draft.IsDue(before.BegunAt + TellingLimits.BeginAgainAfter, now))
                {
                    draft.Tell(NoticeStatus.Began, alert, new ToldAlert(alert, now, now, 0, null, false));
                }
            }
            else
            {
                Continue(draft, before with { GoneSince = null }, alert, now);
            }
        }

        foreach ((string key, ToldAlert before) in told.Where(one => !keys.Contains(one.Key)))
        {
            if (!before.IsOver)
            {
                ToldAlert gone = before with { GoneSince = before.GoneSince ?? now };
                draft.Set(gone);
                if (draft.IsDue(gone.GoneSince.Value + TellingLimits.EndAfter, now))
                {
                    draft.Tell(NoticeStatus.Ended, before.Alert, gone with { ToldAt = now, IsOver = true });
                }
            }
            else if (now >= before.BegunAt + TellingLimits.BeginAgainAfter)
            {
                draft.Forget(key);
            }
        }

        return draft.Finish(now);
    }

    private static void Continue(Draft draft, ToldAlert before, ActiveAlert alert, DateTimeOffset now)
    {
        draft.Set(before);
        if (alert.Severity > before.Alert.Severity)
        {
            draft.Tell(NoticeStatus.Worsened, alert, before with { Alert = alert, ToldAt = now });
        }
        else if (before.Reminders < TellingLimits.MostReminders && draft.IsDue(before.ToldAt + TellingLimits.RemindAfter, now))
        {
            // It may be less grave by now. To be told as worse it must become worse than it ever was.
            ActiveAlert said = alert with { Severity = before.Alert.Severity };
            draft.Tell(NoticeStatus.Reminder, alert, before with { Alert = said, ToldAt = now, Reminders = before.Reminders + 1 });
        }
    }

    private sealed class Draft(ImmutableDictionary<string, ToldAlert> told)
    {
        private readonly ImmutableDictionary<string, ToldAlert>.Builder _told = told.ToBuilder();
        private readonly List<AlertNotice> _notices = [];
        private DateTimeOffset? _wakeAt;
        private bool _isFull;

        /// <summary>Whether a moment has come; otherwise it is one to wake up at.</summary>
        public bool IsDue(DateTimeOffset at, DateTimeOffset now)
        {
            if (now < at)
            {
                _wakeAt = _wakeAt <= at ? _wakeAt : at;
            }

            return now >= at;
        }

        public void Set(ToldAlert one) => _told[one.Alert.Key] = one;

        public void Forget(string key) => _told.Remove(key);

        public void Tell(NoticeStatus status, ActiveAlert alert, ToldAlert after)
        {
            if (_notices.Count == TellingLimits.MessageAlerts)
            {
                _isFull = true;
                return;
            }

            _notices.Add(new AlertNotice(status, alert));
            _told[alert.Key] = after;
        }

        public Telling Finish(DateTimeOffset now)
        {
            return new Telling(_notices, _told.ToImmutable(), _isFull ? now : _wakeAt);
        }
    }
}
