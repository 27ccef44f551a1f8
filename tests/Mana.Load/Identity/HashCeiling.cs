using System.Diagnostics;
using System.Security.Cryptography;

namespace Mana.Load.Identity;

/// <summary>What sign-in cannot beat: password hashes per second, nothing else running.</summary>
internal static class HashCeiling
{
    /// <summary>As the host stores them: Identity's format 3.</summary>
    const int Rounds = 210_000;
    const int Length = 32;

    public static double Measure(TimeSpan time)
    {
        var salt = new byte[16];
        var start = Stopwatch.GetTimestamp();
        var done = 0;
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                Rfc2898DeriveBytes.Pbkdf2("correct-horse-battery-9", salt, Rounds, HashAlgorithmName.SHA512, Length);
                Interlocked.Increment(ref done);
            }
        });
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
