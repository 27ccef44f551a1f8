namespace Mana.Load.Day;

/// <summary>A time with the app open, in simulated hours, and what is done in it, in order.</summary>
internal sealed record DaySession(double From, double To, List<(double Hour, DayAction Action)> Actions);

/// <summary>What one person will do: the same for the same seed, whatever the host does.</summary>
internal sealed record DayPlan(IReadOnlyList<IReadOnlyList<DaySession>> Devices)
{
    /// <summary>A day by chance.</summary>
    /// <param name="everything">Whether also the rare things happen at least once, so that a day of a few people has them all.</param>
    public static DayPlan Of(Random random, bool everything)
    {
        var lean = (random.NextDouble() * 2) - 1;
        var devices = DayHabits.Devices.Select(device => Sessions(device.Sessions, device.Minutes / 60, lean, random)).ToList();
        foreach (var (action, times) in DayHabits.Actions)
            for (var left = Math.Max(DayHabits.Times(times, random), everything ? 1 : 0); left > 0; left--)
                Put(action, devices, random);
        foreach (var session in devices.SelectMany(sessions => sessions))
            session.Actions.Sort((left, right) => left.Hour.CompareTo(right.Hour));
        return new DayPlan(devices);
    }

    static List<DaySession> Sessions(int count, double hours, double lean, Random random)
    {
        var starts = Enumerable.Range(0, count).Select(_ => DayCurve.Draw(random, lean)).Order().ToList();
        var sessions = new List<DaySession>();
        foreach (var start in starts)
        {
            // Taken up again before it was put down: one longer session.
            var from = sessions.Count > 0 && sessions[^1].To > start ? sessions[^1].To : start;
            var to = Math.Min(DayCurve.Hours, from + (hours * (0.5 + random.NextDouble())));
            if (to > from)
                sessions.Add(new DaySession(from, to, Opening(from, to, random)));
        }

        return sessions;
    }

    static List<(double, DayAction)> Opening(double from, double to, Random random)
    {
        var actions = new List<(double, DayAction)>();
        for (var at = from + DayHabits.RefreshHours; at < to; at += DayHabits.RefreshHours)
            actions.Add((at, DayAction.Refresh));
        actions.AddRange(DayHabits.Apps.Select(_ => (from, DayAction.Pull)));
        if (random.Next(4) == 0)
            actions.AddRange([(from, DayAction.Settings), (from, DayAction.Tags)]);
        return actions;
    }

    /// <summary>At any moment of any session, so that a device is used as much as it is open.</summary>
    static void Put(DayAction action, List<List<DaySession>> devices, Random random)
    {
        var all = devices.SelectMany(sessions => sessions).ToList();
        var left = random.NextDouble() * all.Sum(session => session.To - session.From);
        foreach (var session in all)
        {
            var length = session.To - session.From;
            if (left < length)
            {
                session.Actions.Add((session.From + left, action));
                return;
            }

            left -= length;
        }
    }
}
