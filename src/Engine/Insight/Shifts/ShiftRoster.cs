namespace Berth.Engine.Insight.Shifts;

/// <summary>A time in which somebody needs a machine without a pause, in minutes from midnight of the first day.</summary>
/// <param name="Person">Who, by position.</param>
/// <param name="From">The first minute.</param>
/// <param name="To">The minute in which it is over.</param>
internal readonly record struct ShiftStretch(int Person, int From, int To);

/// <summary>Draws from a plan when everybody comes and leaves.</summary>
internal static class ShiftRoster
{
    /// <summary>
    /// The stretches of everybody, by start, then person. Each day of each person is drawn from the seed by itself (B461), so one person or day more changes nothing about the others.
    /// </summary>
    public static ShiftStretch[] Draw(ShiftPlan plan)
    {
        List<ShiftStretch> all = [];
        for (int person = 0; person < plan.People.Count; person++)
        {
            ShiftPattern pattern = plan.Patterns[plan.People[person].Pattern];
            int free = 0;
            for (int day = 0; day < plan.Days; day++)
            {
                SplitMix64 random = new(plan.Seed, (ulong)person, (ulong)day);
                bool comes = random.Below(100) < pattern.AttendancePercent;
                int from = (day * 24 * 60) + pattern.Start + random.Around(pattern.ArriveJitter);
                int to = (day * 24 * 60) + pattern.Start + pattern.Minutes + random.Around(pattern.LeaveJitter);
                if (comes && pattern.BeginsOn(plan.Start, day))
                {
                    // Nobody comes before the first day, or before having left.
                    free = Add(all, pattern, person, (day * 24 * 60) + pattern.Start, Math.Max(from, free), to);
                }
            }
        }

        return [.. all.OrderBy(one => one.From).ThenBy(one => one.Person)];
    }

    private static int Add(List<ShiftStretch> all, ShiftPattern pattern, int person, int start, int from, int to)
    {
        foreach (ShiftBreak pause in pattern.Breaks)
        {
            int leaves = Math.Min(to, start + pause.After);
            AddStretch(from, leaves);
            from = Math.Max(from, start + pause.After + pause.Minutes);
        }

        AddStretch(from, to);
        return Math.Max(from, to);

        void AddStretch(int begin, int end)
        {
            if (begin < end)
            {
                all.Add(new ShiftStretch(person, begin, end));
            }
        }
    }

    // The published generator of that name: small, and the same on every machine and in every version of .NET.
    private struct SplitMix64(ulong seed, ulong person, ulong day)
    {
        private const ulong Gamma = 0x9E3779B97F4A7C15;

        private ulong _state = Mix(Mix(Mix(seed) ^ person) ^ day);

        public int Below(int limit) => (int)(Next() % (ulong)limit);

        public int Around(int most) => Below((2 * most) + 1) - most;

        private ulong Next() => Mix(_state = unchecked(_state + Gamma));

        private static ulong Mix(ulong z)
        {
            z = Fold(Fold(z, 30, 0xBF58476D1CE4E5B9), 27, 0x94D049BB133111EB);
            return z ^ (z >> 31);
        }

        private static ulong Fold(ulong z, int shift, ulong factor) => unchecked((z ^ (z >> shift)) * factor);
    }
}
