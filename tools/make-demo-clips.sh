#!/bin/sh
# Make the three short clips of the demo (needs ffmpeg and flite): 540x960, 4 seconds, H.264 + AAC,
# just over the platform's least bit rate, with a spoken sentence for the transcripts.  The results
# are in demo/, so this runs only when they change.
#   tools/make-demo-clips.sh         new pictures and sound
#   tools/make-demo-clips.sh sound   new sound under the pictures that are there
# Every byte counts: the sandbox's market takes a video with another MD5 for another creative, so
# the demo's figures change with the files.  Take 5 is the first in which each clip earns what the
# demo casts it for (winner, average, bad leads); README.md shows its figures.
set -eu
only=${1:-}
cd "$(dirname "$0")/../demo"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clip() { # name, colours, line 1, line 2, sentence
    flite -voice kal16 -t "$6" -o "$work/speech.wav"
    if [ "$only" = sound ]; then
        cp "$1" "$work/picture.mp4"
    else
        ffmpeg -hide_banner -loglevel error -y \
            -f lavfi -i "gradients=s=540x960:d=4:r=24:c0=$2:c1=$3:speed=0.03" \
            -vf "noise=alls=6:allf=t,drawtext=text='$4':fontcolor=white:fontsize=58:x=(w-tw)/2:y=360,drawtext=text='$5':fontcolor=white:fontsize=40:x=(w-tw)/2:y=450,drawbox=x=170:y=640:w=200:h=70:color=white@0.9:t=fill,drawtext=text='Sign up':fontcolor=black:fontsize=34:x=(w-tw)/2:y=658" \
            -c:v libx264 -preset medium -pix_fmt yuv420p -b:v 520k -minrate 520k -maxrate 520k -bufsize 260k \
            -x264-params nal-hrd=cbr "$work/picture.mp4"
    fi
    ffmpeg -hide_banner -loglevel error -y -i "$work/picture.mp4" -i "$work/speech.wav" \
        -map 0:v -map 1:a -c:v copy -af adelay=150,apad,atrim=0:4 -ar 44100 -ac 1 -c:a aac -b:a 48k \
        -metadata comment="take 5" -movflags +faststart "$work/clip.mp4"
    mv "$work/clip.mp4" "$1"
}
clip trial-lesson.mp4 '0x0b6b5a' '0x1d3557' 'Free trial lesson' 'English with a tutor' \
    'Sign up for a free trial lesson with an English teacher.'
clip ninety-days.mp4 '0x7b2cbf' '0x1d3557' 'Speak in 90 days' 'Plan made for you' \
    'Speak English in ninety days. We make a plan for you.'
clip win-a-phone.mp4 '0xd00000' '0xf48c06' 'Win a phone' 'Answer one question' \
    'Answer one question and win a new phone. Sign up now.'
