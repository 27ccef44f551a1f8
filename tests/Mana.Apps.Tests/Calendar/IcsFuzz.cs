using System.Text;
using Mana.Apps.Calendar.Ics;

namespace Mana.Apps.Tests.Calendar;

/// <summary>Random calendars: pieces put together, then bytes changed, lost and doubled; fed in pieces of any size.</summary>
internal static class IcsFuzz
{
    static readonly string[] Pieces =
    [
        "BEGIN:VCALENDAR\r\n", "END:VCALENDAR\r\n", "BEGIN:VEVENT\r\n", "END:VEVENT\r\n", "BEGIN:VALARM\r\n", "END:VALARM\r\n", "BEGIN:VTIMEZONE\r\nTZID:X\r\n", "END:VTIMEZONE\r\n",
        "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n", "BEGIN:X\r\n", "END:X\r\n",
        "DTSTART:20260101T090000Z\r\n", "DTSTART;TZID=X:20260101T090000\r\n", "DTSTART;VALUE=DATE:99991231\r\n", "DTSTART:00010101T000000\r\n", "DTSTART;TZID=Europe/Berlin:20260329T023000\r\n", "DTSTART:20261399T996099\r\n",
        "DTEND:20260101T080000Z\r\n", "DURATION:PT99999999999H\r\n", "DURATION:P1W\r\n", "DURATION:-P9999999D\r\n", "RRULE:FREQ=SECONDLY;BYSETPOS=-1\r\n", "RRULE:FREQ=DAILY;COUNT=3\r\n", "EXDATE:20260102T090000Z,\r\n", "RDATE;VALUE=PERIOD:20260102T090000Z/PT1H\r\n",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T090000Z\r\n", "UID:a\r\n", "SEQUENCE:99999999999\r\n", "SUMMARY:a\\,b\\", "\r\n", " folded", "\r\n\t", ":", ";", "\"", "^n", "ATTENDEE;CN=\"a;b:c\";X=:mailto:a\r\n", "GEO:1e400;x\r\n", "GEO:52.5;13.4\r\n",
        "TRIGGER:-PT15M\r\n", "TRIGGER;RELATED=END:P1D\r\n", "TRIGGER;VALUE=DATE-TIME:20260101T000000Z\r\n", "CATEGORIES:a,b\\,,\r\n", "\uFEFF", "ü€😀", "\0", "BEGIN:VEVENT\nBEGIN:VEVENT\n", "TZOFFSETTO:+9999\r\n", "DTSTART:10000101\r\n",
    ];

    /// <summary>Null when all is well, else what broke.</summary>
    public static string? Run(int seed, int inputs)
    {
        var random = new Random(seed);
        for (var i = 0; i < inputs; i++)
        {
            var input = Input(random);
            try
            {
                var reading = new IcsReading();
                for (var at = 0; at < input.Length;)
                {
                    // The first piece holds a byte order mark as a whole, as the import reads it.
                    var size = Math.Min(input.Length - at, at == 0 ? Math.Max(4, random.Next(64)) : random.Next(1, 64));
                    if (!reading.Feed(input.AsSpan(at, size)))
                        break;
                    at += size;
                }

                if (reading.Complete() == IcsProblem.None && reading.Events.Find(item => item.End.Instant < item.Start.Instant) is { } wrong)
                    return $"seed {seed}, input {i}: {wrong.Uid} ends before it starts in {Convert.ToBase64String(input)}";
            }
            catch (Exception problem)
            {
                return $"seed {seed}, input {i}: {problem.GetType().Name} {problem.Message} in {Convert.ToBase64String(input)} {problem.StackTrace}";
            }
        }

        return null;
    }

    static byte[] Input(Random random)
    {
        var text = new StringBuilder(random.Next(4) > 0 ? "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\n" : "");
        for (var count = random.Next(1, 14); count > 0; count--)
            text.Append(Pieces[random.Next(Pieces.Length)]);
        if (random.Next(4) > 0)
            text.Append("END:VEVENT\r\nEND:VCALENDAR\r\n");
        var bytes = (random.Next(20) == 0 ? Encoding.Unicode : Encoding.UTF8).GetBytes(random.Next(20) == 0 ? "\uFEFF" + text : text.ToString());
        for (var changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(10) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
    }
}
