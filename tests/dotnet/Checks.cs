using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using NAudio.Wave;
using NAudio.Wave.Compression;

/// <summary>The checks, as lines of TAP. Everything that NAudio makes is compared with what
/// omniacm.exe makes.</summary>
sealed class Checks
{
    const int Threads = 8;
    readonly string file;
    readonly Reference reference;
    AcmDriver driver = null!;
    List<ListedTag> listed = null!;
    List<WaveFormat> formats = null!;
    bool failed;

    public Checks(string file, Reference reference)
    {
        this.file = file;
        this.reference = reference;
    }

    bool IsLocal => file != "installed";

    public bool Run(string list)
    {
        Report("the driver is found", Try(FindDriver));
        if (failed)
            return false;
        Report("every tag and format is listed", Try(() => List(list)));
        Report($"{formats.Count} formats encode as omniacm.exe does", Each(formats, CheckEncoder));
        Report($"{formats.Count} formats decode as omniacm.exe does",
               Each(formats, format => CheckDecoder(format, Conversions.DecodeAsSuggested)));
        Report("AcmStream decodes the same in pieces of any length", Each(formats, CheckPieces));
        Report("a stream set back to its start reads the same again", Each(formats, CheckTwice));
        if (!IsLocal)
            Report("one stream decodes to another rate as two do", Each(formats, CheckRate));
        Report($"{Threads} threads encode and decode the same", OnThreads());
        if (IsLocal)
            Report("the local driver is removed", Try(Remove));
        return !failed;
    }

    string FindDriver()
    {
        AcmDriver? added = IsLocal ? AcmDriver.AddLocalDriver(file)
                                   : AcmDriver.FindByShortName("OmniACM");

        if (added == null)
            return "EnumerateAcmDrivers does not list it";
        driver = added;
        if (driver.ShortName != "OmniACM" || driver.LongName.Length == 0)
            return $"its names are '{driver.ShortName}' and '{driver.LongName}'";
        var all = AcmDriver.EnumerateAcmDrivers().ToList();
        int found = all.Count(other => other.DriverId == driver.DriverId);

        if (found != 1)
            return $"EnumerateAcmDrivers lists it {found} times among {all.Count} drivers";
        if (!IsLocal && all[0].DriverId != driver.DriverId)
            return "it does not come first, although it is preferred";
        // For each suggestion, NAudio opens every driver. It is faster if they are loaded already.
        all.ForEach(other => other.Open());
        driver.Open();
        return "";
    }

    /// <summary>Writes the list. The formats to convert are those that msacm32 leaves to this
    /// driver: all if it comes first, and otherwise those with tags that no other driver has.
    /// </summary>
    string List(string path)
    {
        using var writer = new StreamWriter(path);

        listed = Formats.Of(driver);
        foreach (var tag in listed)
        {
            writer.Write($"0x{(int)tag.Number:X4} {tag.Tag.FormatDescription}\n");
            foreach (var format in tag.Formats)
                writer.Write($"{format.FormatDescription}\n");
        }
        var others = IsLocal ? TagsOfOthers() : new HashSet<WaveFormatEncoding>();

        formats = listed.Where(tag => !Formats.IsPcm(tag.Number) && !others.Contains(tag.Number))
                      .SelectMany(tag => tag.Formats, (_, format) => format.WaveFormat).ToList();
        var wrong = listed.FirstOrDefault(tag => tag.Formats.Count != tag.Tag.StandardFormatsCount);

        if (wrong != null)
            return $"0x{(int)wrong.Number:X4} has {wrong.Formats.Count} formats instead of " +
                $"{wrong.Tag.StandardFormatsCount}";
        return formats.Count == 0 ? "there is no format" : "";
    }

    HashSet<WaveFormatEncoding> TagsOfOthers()
    {
        var tags = new HashSet<WaveFormatEncoding>();

        foreach (var other in AcmDriver.EnumerateAcmDrivers())
        {
            if (other.DriverId == driver.DriverId)
                continue;
            other.Open();
            tags.UnionWith(other.FormatTags.Select(tag => tag.FormatTag));
            other.Close();
        }
        return tags;
    }

    /// <summary>NAudio's data is the start of the program's, which continues with what the encoder
    /// still has when the sound ends: an incomplete block, and a delay of less than a block. Frames
    /// of MPEG audio wait until the bit reservoir, of up to 511 bytes, is filled by the frames after
    /// them, of which the end of the sound makes two. A format without an encoder is refused.
    /// </summary>
    string CheckEncoder(WaveFormat format)
    {
        var (source, right) = reference.Encoded(format);

        if (Reference.IsRandom(source))
            return Conversions.CanEncode(format) ? "it encodes, unlike for omniacm.exe" : "";
        var data = Conversions.Encode(reference.Pcm(format), format);

        if (right.Length == 0)
            return "omniacm.exe encodes nothing";
        int waiting = Formats.IsMpeg(format) ? 511 + 4 * Unit(format) : 2 * Unit(format);

        return Compare(data, right, right.Length - waiting, right.Length);
    }

    /// <summary>The program cuts the last block where the sound ended, which NAudio does not know.
    /// NAudio in turn leaves out a truncated block.</summary>
    string CheckDecoder(WaveFormat format, Func<string, byte[]> decode)
    {
        var (source, data) = reference.Encoded(format);
        var right = reference.Decoded(source);

        // Random bytes have no frames of MPEG audio and AC-3.
        if (right.Length == 0 && !Reference.IsRandom(source))
            return "omniacm.exe decodes nothing";
        int size = Formats.IsMpeg(format) ? Unit(format) : format.BlockAlign;
        int block = right.Length / Math.Max(1, data.Length / size) + Unit(format);
        bool truncated = data.Length % format.BlockAlign != 0;

        return Compare(decode(source), right, right.Length - (truncated ? block : 0),
                       right.Length + 2 * block);
    }

    string CheckPieces(WaveFormat format)
    {
        var (source, data) = reference.Encoded(format);

        return Compare(Conversions.DecodeInPieces(format, data), Conversions.Decode(source));
    }

    string CheckTwice(WaveFormat format)
    {
        var (first, second) = Conversions.DecodeTwice(reference.Encoded(format).File);

        return Compare(second, first);
    }

    /// <summary>NAudio throws if the driver does not use all of a buffer whose result has the size
    /// that acmStreamSize gave. A local driver comes after that of the system for PCM.</summary>
    string CheckRate(WaveFormat format)
    {
        var source = reference.Encoded(format).File;
        var target = new WaveFormat(format.SampleRate == 44100 ? 48000 : 44100, 16, format.Channels);
        var two = Conversions.ToRate(Conversions.Decode(source), Formats.PcmOf(format), target);

        // Random bytes have no frames of MPEG audio and AC-3.
        if (two.Length == 0 && !Reference.IsRandom(source))
            return "nothing is decoded";
        return Compare(Conversions.DecodeTo(source, target), two);
    }

    /// <summary>The smallest unit that a format can be cut into, in bytes: a block, at most a block
    /// of MPEG audio, and otherwise what a byte stream needs to align its bits.</summary>
    static int Unit(WaveFormat format)
    {
        if (!Formats.IsMpeg(format))
            return Math.Max(format.BlockAlign, 32);
        int samples = format.AverageBytesPerSecond == 18000 / 8 ? 4 * 576 : 1152;

        return samples * format.AverageBytesPerSecond / format.SampleRate + 1;
    }

    static string Compare(byte[] data, byte[] right) =>
        Compare(data, right, right.Length, right.Length);

    static string Compare(byte[] data, byte[] right, int least, int most)
    {
        int n = Math.Min(data.Length, right.Length);
        int same = data.AsSpan(0, n).CommonPrefixLength(right.AsSpan(0, n));

        if (same < n)
            return $"byte {same} of {n} is {data[same]} instead of {right[same]}";
        if (data.Length < least || data.Length > most)
            return $"{data.Length} bytes instead of {least} to {most}";
        return "";
    }

    /// <summary>Two threads at a time convert each format.</summary>
    string OnThreads()
    {
        var wrong = new string[Threads];
        var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() => wrong[i] = Each(
            formats.Where((_, at) => at % (Threads / 2) == i / 2).ToList(),
            format => CheckEncoder(format) + CheckDecoder(format, Conversions.Decode)))).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return string.Join("\n", wrong.Where(text => text != ""));
    }

    /// <summary>RemoveLocalDriver of NAudio removes a driver only if msacm32 gave no long name for
    /// it, and otherwise throws ArgumentException.</summary>
    string Remove()
    {
        bool named = !driver.LongName.StartsWith("Local driver: ");

        driver.Close();
        try
        {
            AcmDriver.RemoveLocalDriver(driver);
        }
        catch (ArgumentException) when (named)
        {
            Console.WriteLine("# NAudio cannot remove a local driver that has a long name");
            return "";
        }
        return AcmDriver.IsCodecInstalled("OmniACM") ? "it is still enumerated" : "";
    }

    string Each(IReadOnlyCollection<WaveFormat> some, Func<WaveFormat, string> check)
    {
        var wrong = some.Select(format => (format, text: Try(() => check(format))))
                        .Where(result => result.text != "")
                        .Select(result => $"{Formats.Text(result.format)}: {result.text}");

        return string.Join("\n", wrong);
    }

    static string Try(Func<string> check)
    {
        try
        {
            return check();
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    /// <summary>Prints a result; an empty text means that the check succeeded.</summary>
    void Report(string name, string wrong)
    {
        Console.WriteLine($"{(wrong == "" ? "ok" : "not ok")} - {name}");
        foreach (var line in wrong.Split('\n').Where(line => line != "").Take(10))
            Console.WriteLine($"# {line}");
        failed |= wrong != "";
    }
}
